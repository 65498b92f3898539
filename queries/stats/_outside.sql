-- One row per GPU operation that no NVTX range holds, and the thread that launched it, if known.
WITH stack AS (SELECT piece_id, max(end_ns) AS end_ns FROM stats__stack GROUP BY piece_id),
-- Nearly always all calls of a piece are in it: operations are looked at one by one only where some are not.
leaky AS (
    SELECT p.piece_id, s.end_ns
    FROM stats__launch_piece AS p LEFT JOIN stack AS s USING (piece_id)
    WHERE s.end_ns IS NULL OR p.call_end_ns > s.end_ns
)
SELECT a.operation_id, a.thread_id
FROM _launched AS a
JOIN leaky AS p ON p.piece_id IS NOT DISTINCT FROM a.piece_id
ANTI JOIN stats__instant AS i ON i.operation_id = a.operation_id
WHERE p.end_ns IS NULL OR a.call_end_ns > p.end_ns
