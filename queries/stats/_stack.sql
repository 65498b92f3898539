-- One row per piece that launched GPU operations and NVTX range that is open in it and can hold calls; ranges that end
-- on another thread hold none.
-- materialized: joined to every launch by three reports.
--
-- is_widest marks, of the ranges of a group in one stack, the one that ends last: whatever call is in any of them is in
-- that one. Nearly always there is but one: only groups that a stack holds twice are sorted.
WITH held AS (
    SELECT s.piece_id, s.range_id, s.level, r.group_id, r.is_sole, r.end_ns
    FROM _range_stack AS s
    JOIN stats__range AS r USING (range_id)
    WHERE r.end_thread_id IS NULL
),
recurring AS (
    SELECT DISTINCT group_id FROM (SELECT group_id FROM held GROUP BY piece_id, group_id HAVING count(*) > 1)
)
SELECT *, true AS is_widest FROM held ANTI JOIN recurring USING (group_id)
UNION ALL
SELECT *, row_number() OVER (PARTITION BY piece_id, group_id ORDER BY end_ns DESC, level DESC) = 1
FROM held SEMI JOIN recurring USING (group_id)
