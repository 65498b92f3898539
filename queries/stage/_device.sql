-- One row per stage instance and GPU: span and busy time of its operations there.
-- Busy time adds, in order of start, what each operation covers beyond those before it.
SELECT stage, range_id, gpu_id, count(*) AS operation_count,
    max(end_ns) - min(start_ns) AS span_ns,
    sum(greatest(end_ns - greatest(start_ns, coalesce(covered_ns, start_ns)), 0)) AS busy_ns,
    sum(duration_ns) AS sum_ns
FROM (
    SELECT *, max(end_ns) OVER (
        PARTITION BY range_id, gpu_id ORDER BY start_ns, end_ns, operation_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS covered_ns
    FROM stage__work
)
GROUP BY ALL
