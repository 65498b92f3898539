-- One row per GPU that ran at least one operation, ordered by gpu_id.
-- materialized: the result is small, and every report and comparison reads it.
--
-- gpu_id             BIGINT   -      the GPU
-- name               VARCHAR  -      product name; NULL if the trace does not describe the GPU
-- operation_count    BIGINT   count  number of GPU operations
-- span_ns            BIGINT   ns     time from the start of the first operation to the end of the last one
-- busy_ns            BIGINT   ns     time during which at least one operation ran
-- idle_ns            BIGINT   ns     span_ns - busy_ns
-- sum_ns             BIGINT   ns     sum of operation durations; exceeds busy_ns if operations overlap
-- busy_ratio         DOUBLE   ratio  busy_ns divided by span_ns
WITH work AS (
    SELECT gpu_id, count(*) AS operation_count, max(end_ns) - min(start_ns) AS span_ns,
        sum(added_ns(start_ns, end_ns, covered_ns))::BIGINT AS busy_ns
    FROM gpu__covered
    GROUP BY gpu_id
),
total AS (SELECT gpu_id, count(*) AS n, sum(duration_ns)::BIGINT AS sum_ns FROM _gpu_operation GROUP BY gpu_id)
SELECT t.gpu_id, g.name, t.n AS operation_count, coalesce(w.span_ns, 0) AS span_ns, coalesce(w.busy_ns, 0) AS busy_ns,
    coalesce(w.span_ns - w.busy_ns, 0) AS idle_ns, t.sum_ns,
    w.busy_ns / nullif(w.span_ns, 0) AS busy_ratio
FROM total AS t
LEFT JOIN work AS w USING (gpu_id)
LEFT JOIN (SELECT gpu_id, min(name) AS name FROM gpu GROUP BY ALL) AS g USING (gpu_id)
ORDER BY t.gpu_id
