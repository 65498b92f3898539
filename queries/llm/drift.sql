-- One row per time base, showing how inter-token latency grows with the KV cache, ordered by value_count, largest
-- first. Each step adds one cached token per sequence. Only latencies between two steps are included. The latency of
-- the first step is excluded because the step overlaps the prefill, whose GPU work hides the step's launches. Latencies
-- whose base is mixed are also excluded.
--
-- base              VARCHAR  -      how the times were determined (see llm_latency)
-- value_count       BIGINT   count  number of inter-token latencies in the fit (n)
-- request_count     BIGINT   count  number of requests with these latencies; for steps outside requests, each range
--     that encloses steps counts as a request
-- slope_ns          DOUBLE   ns     latency increase per additional cached token, from a least-squares fit of itl_ns
--     against token_index, both relative to their means within the request; NULL if no request has at least two
--     latencies
-- r2_ratio          DOUBLE   ratio  share of the within-request latency variation that the fit explains (R²)
-- first_quarter_ns  DOUBLE   ns     median latency over the first quarter of each request's latencies (the size of the
--     quarter is rounded down to whole steps); NULL if no request has at least four latencies
-- last_quarter_ns   DOUBLE   ns     median latency over the last quarter of each request's latencies (the size of the
--     quarter is rounded down to whole steps); NULL if no request has at least four latencies
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
