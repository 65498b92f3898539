-- One row per base: how inter-token latency grows with the KV cache, ordered by value_count, largest first. Each step
-- adds one cached token per sequence. Only latencies between two steps count: the latency of the first step overlaps
-- the prefill, whose GPU work hides the launches of the step. Latencies of base mixed are excluded.
--
-- base              VARCHAR  -      see llm_token
-- value_count       BIGINT   count  number of inter-token latencies in the fit (n)
-- request_count     BIGINT   count  number of requests that they come from, or of ranges around steps that are in no
--     request
-- slope_ns          DOUBLE   ns     increase of latency per additional cached token: least-squares fit of itl_ns over
--     token_index, both relative to their mean in the request; NULL if no request has two latencies
-- r2_ratio          DOUBLE   ratio  share of the variation within requests that the slope explains
-- first_quarter_ns  DOUBLE   ns     median inter-token latency of the first quarter of each request, rounded down to
--     whole steps; NULL if no request has four latencies
-- last_quarter_ns   DOUBLE   ns     median inter-token latency of the last quarter of each request, rounded down to
--     whole steps; NULL if no request has four latencies
WITH latency AS (
    SELECT thread_id, range_id, itl_base AS base, itl_ns AS y, token_index AS x FROM llm_token
    WHERE itl_base IN ('gpu', 'cpu') AND token_index > 1
),
centered AS (
    SELECT thread_id, range_id, base, y,
        x - avg(x) OVER of_sequence AS dx, y - avg(y) OVER of_sequence AS dy,
        row_number() OVER (PARTITION BY base, thread_id, range_id ORDER BY x) AS place,
        count(*) OVER of_sequence // 4 AS quarter, count(*) OVER of_sequence AS all_count
    FROM latency
    WINDOW of_sequence AS (PARTITION BY base, thread_id, range_id)
)
SELECT base, count(*) AS value_count, count(DISTINCT (thread_id, range_id)) AS request_count,
    sum(dx * dy) / nullif(sum(dx * dx), 0) AS slope_ns,
    sum(dx * dy) * sum(dx * dy) / nullif(sum(dx * dx) * sum(dy * dy), 0) AS r2_ratio,
    median(y) FILTER (place <= quarter) AS first_quarter_ns,
    median(y) FILTER (place > all_count - quarter) AS last_quarter_ns
FROM centered
GROUP BY base
ORDER BY value_count DESC, base
