-- One row per GPU operation that is outside all NVTX ranges, with the thread that launched it, or NULL if unknown.
SELECT a.operation_id, a.thread_id
FROM _launched AS a
JOIN stats__outlasted AS o ON o.piece_id IS NOT DISTINCT FROM a.piece_id
ANTI JOIN stats__instant AS i ON i.operation_id = a.operation_id
WHERE o.last_end_ns IS NULL OR coalesce(a.call_end_ns, 9223372036854775807) > o.last_end_ns
