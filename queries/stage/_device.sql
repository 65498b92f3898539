-- One row per stage instance and GPU: span and busy time of its operations there.
-- Busy time adds, in order of start, what each operation covers beyond those before it.
SELECT range_id, gpu_id,
    max(end_ns) - min(start_ns) AS span_ns,
    sum(added_ns(start_ns, end_ns, covered_ns)) AS busy_ns
FROM stage__covered
GROUP BY ALL
