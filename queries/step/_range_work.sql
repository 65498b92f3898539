-- One row per step that is a range, process and GPU: its operations there, by attribution.
-- materialized: small, and read twice.
SELECT r.range_id, o.process_id, o.gpu_id, min(o.start_ns) AS start_ns, max(o.end_ns) AS last_end_ns
FROM _launched AS a
JOIN _range_stack AS s USING (piece_id)
JOIN step__range AS r ON r.range_id = s.range_id
JOIN _gpu_operation AS o USING (operation_id)
WHERE o.end_ns >= o.start_ns
GROUP BY ALL
