-- One row per GPU operation and NVTX range that holds the whole call that launched it, both ends included.
-- level 0 is the innermost. Ranges that end on another thread hold nothing.
SELECT a.operation_id, s.range_id, s.level, a.thread_id
FROM attribution AS a
JOIN _range_stack AS s USING (piece_id)
JOIN stats__range AS r ON r.range_id = s.range_id
WHERE a.call_end_ns <= r.end_ns AND r.end_thread_id IS NULL
UNION ALL
-- Attribution is half open: a call without length at a range's last instant is in it all the same.
SELECT a.operation_id, r.range_id, -1, a.thread_id
FROM attribution AS a
JOIN stats__range AS r ON r.thread_id = a.thread_id AND r.end_ns = a.call_ns
WHERE a.call_end_ns = a.call_ns AND r.end_thread_id IS NULL AND r.nesting_end_ns = r.end_ns
