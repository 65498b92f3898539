-- One row per kernel execution with the name under which it is listed. Replaces stats__launched_kernel.
SELECT l.operation_id, k.name_id, k.duration_ns, l.piece_id, l.call_end_ns
FROM _launched AS l JOIN stats__named_kernel AS k USING (operation_id)
