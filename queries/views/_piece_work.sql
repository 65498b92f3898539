-- One row per piece (NULL: outside every range), thread, process, GPU and kind, with totals of the GPU operations
-- launched there.
-- materialized: one pass over all operations replaces one pass per range query.
--
-- n, ns and ended_ns (the last end) include operations whose recorded end is before their start. positive_ns treats
-- their duration as 0, and first_ns (the first start) and last_ns (the last end) exclude these operations.
SELECT piece_id, range_id, thread_id, process_id, gpu_id, is_launched,
    CASE code WHEN 0 THEN 'kernel' WHEN 1 THEN 'copy' WHEN 2 THEN 'memset' ELSE 'graph' END AS kind,
    n, ns, positive_ns, first_ns, last_ns, ended_ns
FROM (
    SELECT piece_id, range_id, thread_id, process_id, gpu_id, call_id IS NOT NULL AS is_launched, operation_id & 3 AS code,
        count(*) AS n, sum(end_ns - start_ns)::BIGINT AS ns, sum(greatest(end_ns - start_ns, 0))::BIGINT AS positive_ns,
        min(start_ns) FILTER (end_ns >= start_ns) AS first_ns, max(end_ns) FILTER (end_ns >= start_ns) AS last_ns,
        max(end_ns) AS ended_ns
    FROM _launched
    GROUP BY ALL
)
