-- One row per piece and NVTX range that is open in it and can hold calls; ranges that end on another thread hold none.
-- materialised: joined to every launch by three reports.
--
-- group_id is one key for all ranges of a name, style and thread. is_widest marks, of the ranges of a group in one
-- stack, the one that ends last: whatever call is in any of them is in that one. Nearly always there is but one: only
-- groups of which a range lies inside another are sorted.
WITH held AS (
    SELECT s.piece_id, s.range_id, s.level, r.group_id, r.end_ns
    FROM _range_stack AS s
    JOIN stats__range AS r USING (range_id)
    WHERE r.end_thread_id IS NULL
),
recurring AS (
    SELECT DISTINCT h.group_id
    FROM held AS h
    JOIN stats__range AS own ON own.range_id = h.piece_id & 1099511627775 AND own.group_id = h.group_id
    WHERE h.level > 0
)
SELECT *, true AS is_widest FROM held ANTI JOIN recurring USING (group_id)
UNION ALL
SELECT *, row_number() OVER (PARTITION BY piece_id, group_id ORDER BY end_ns DESC, level DESC) = 1
FROM held SEMI JOIN recurring USING (group_id)
