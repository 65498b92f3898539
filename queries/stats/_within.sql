-- One row per GPU operation and NVTX range that contains the whole launch call, including both ends. level is 0 for the
-- innermost range.
SELECT a.operation_id, s.range_id, s.level
FROM _launched AS a JOIN stats__stack AS s USING (piece_id)
WHERE a.call_end_ns <= s.end_ns
UNION ALL
SELECT operation_id, range_id, -1 FROM stats__instant
