-- One row per piece and NVTX range that is open in it and can hold calls; ranges that end on another thread hold none.
-- materialised: joined to every launch by three reports.
--
-- group_id is one key for all ranges of a name, style and thread. is_widest marks, of the ranges of a group in one
-- stack, the one that ends last: whatever call is in any of them is in that one.
SELECT s.piece_id, s.range_id, s.level, r.group_id, r.end_ns,
    row_number() OVER (PARTITION BY s.piece_id, r.group_id ORDER BY r.end_ns DESC, s.level DESC) = 1 AS is_widest
FROM _range_stack AS s
JOIN stats__range AS r USING (range_id)
WHERE r.end_thread_id IS NULL
