-- One row per stage instance and GPU, with the span and busy time of the instance's operations on that GPU.
--
-- To compute the busy time, operations are processed in start order. Each one adds the part that the instance's earlier
-- operations do not cover. If no operation of the instance starts while another operation runs on the GPU, the busy
-- time is the sum of the durations, and no sort is needed.
WITH overlapped AS (
    SELECT DISTINCT s.range_id, a.gpu_id
    FROM gpu__covered AS c
    JOIN _launched AS a USING (operation_id)
    JOIN stage__piece AS s USING (piece_id)
    WHERE c.covered_ns > c.start_ns
),
covered AS (
    SELECT w.range_id, w.gpu_id, w.start_ns, w.end_ns, max(w.end_ns) OVER (
        PARTITION BY w.range_id, w.gpu_id ORDER BY w.start_ns ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS covered_ns
    FROM stage__work AS w
    -- With a single struct key, DuckDB does not start by joining all pairs per GPU.
    SEMI JOIN overlapped AS o ON {'range': o.range_id, 'gpu': o.gpu_id} = {'range': w.range_id, 'gpu': w.gpu_id}
    WHERE w.end_ns >= w.start_ns
),
busy AS (
    SELECT range_id, gpu_id, sum(added_ns(start_ns, end_ns, covered_ns))::BIGINT AS busy_ns FROM covered GROUP BY ALL
),
whole AS (
    SELECT s.range_id, w.gpu_id, min(w.first_ns) AS first_ns, max(w.last_ns) AS last_ns,
        sum(w.positive_ns)::BIGINT AS busy_ns
    FROM _piece_work AS w JOIN stage__piece AS s USING (piece_id)
    GROUP BY ALL
)
SELECT w.range_id, w.gpu_id, w.last_ns - w.first_ns AS span_ns, coalesce(b.busy_ns, w.busy_ns) AS busy_ns
FROM whole AS w LEFT JOIN busy AS b ON b.range_id = w.range_id AND b.gpu_id = w.gpu_id
WHERE w.first_ns IS NOT NULL
