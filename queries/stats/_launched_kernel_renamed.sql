-- One row per kernel execution, with the name that it is listed under: stands in for stats__launched_kernel.
SELECT l.operation_id, k.name_id, k.duration_ns, l.piece_id, l.call_end_ns
FROM _launched AS l JOIN stats__named_kernel AS k USING (operation_id)
