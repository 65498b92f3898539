-- One row per piece that launched GPU operations and per NVTX range that is open in the piece and can contain calls.
-- Ranges that end on another thread cannot contain calls.
-- materialized: three reports join it with every launch.
--
-- is_widest marks the range that ends last among the ranges of a group in one stack: every call inside any of them is
-- inside that one. A group almost always has only one range in a stack, so only groups with several ranges in a stack
-- are sorted.
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
