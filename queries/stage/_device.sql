-- One row per stage instance and GPU: span and busy time of its operations there.
-- Busy time adds, in order of start, what each operation covers beyond those before it.
SELECT stage, range_id, gpu_id, count(*) AS operation_count,
    max(end_ns) - min(start_ns) AS span_ns,
    sum(greatest(end_ns - greatest(start_ns, coalesce(covered_ns, start_ns)), 0)) AS busy_ns,
    sum(duration_ns) AS sum_ns
FROM stage__covered
GROUP BY ALL
