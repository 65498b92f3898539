-- One row per GPU, step boundary (an instant at which a step begins or ends on the GPU; NULL for the time before the
-- first one), process and kind, with the number of operations that start between this boundary and the next, and the
-- time they cover in addition to earlier operations.
-- materialized: one pass over all operations.
--
-- Coverage is computed for four sets of operations: all operations, compute, communication, and the union of compute
-- and communication. The order of operations that start at the same time does not change any sum. On a GPU where no
-- operation starts while another one runs, each operation adds its full duration, and no sort is needed.
WITH overlapping AS (SELECT DISTINCT gpu_id FROM gpu__covered WHERE covered_ns > start_ns),
covered AS (
    SELECT gpu_id, process_id, kind, start_ns, end_ns, is_compute, is_communication, NULL::BIGINT AS covered_ns,
        NULL::BIGINT AS compute_ns, NULL::BIGINT AS communication_ns, NULL::BIGINT AS either_ns
    FROM step__class AS c ANTI JOIN overlapping USING (gpu_id)
    UNION ALL
    SELECT gpu_id, process_id, kind, start_ns, end_ns, is_compute, is_communication,
        max(end_ns) OVER earlier,
        max(CASE WHEN is_compute THEN end_ns END) OVER earlier,
        max(CASE WHEN is_communication THEN end_ns END) OVER earlier,
        max(CASE WHEN is_compute OR is_communication THEN end_ns END) OVER earlier
    FROM step__class AS c SEMI JOIN overlapping USING (gpu_id)
    WINDOW earlier AS (PARTITION BY gpu_id ORDER BY start_ns ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT c.gpu_id, i.at_ns, c.process_id, c.kind, count(*) AS operation_count,
    sum(added_ns(start_ns, end_ns, covered_ns))::BIGINT AS busy_ns,
    sum(added_ns(start_ns, end_ns, compute_ns)) FILTER (is_compute)::BIGINT AS compute_ns,
    sum(added_ns(start_ns, end_ns, communication_ns)) FILTER (is_communication)::BIGINT AS communication_ns,
    sum(added_ns(start_ns, end_ns, either_ns)) FILTER (is_compute OR is_communication)::BIGINT AS either_ns,
    max(end_ns) AS last_ns, max(end_ns) FILTER (is_compute) AS last_compute_ns,
    max(end_ns) FILTER (is_communication) AS last_communication_ns,
    max(end_ns) FILTER (is_compute OR is_communication) AS last_either_ns
FROM covered AS c ASOF LEFT JOIN step__instant AS i ON i.gpu_id = c.gpu_id AND i.at_ns <= c.start_ns
GROUP BY ALL
