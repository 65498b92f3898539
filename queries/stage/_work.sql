-- One row per GPU operation and stage instance that it belongs to, inclusively.
SELECT s.stage, s.range_id, o.operation_id, o.kind, o.gpu_id, o.start_ns, o.end_ns, o.duration_ns, a.call_id
FROM _launched AS a
JOIN stage__piece AS s USING (piece_id)
JOIN _gpu_operation AS o USING (operation_id)
