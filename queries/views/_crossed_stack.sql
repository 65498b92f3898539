-- One row per range on a thread whose ranges cross and range around its first piece: what can enclose it.
-- materialized: almost always empty; elsewhere what encloses a range is the piece around it.
--
-- level 1 is the one opened last.
WITH RECURSIVE stack AS (
    SELECT range_id, parent_piece_id, 0 AS level, range_id AS outer_id
    FROM _piece_parent SEMI JOIN _crossing USING (thread_id)
    WHERE piece_id = range_id
    UNION ALL
    SELECT s.range_id, p.parent_piece_id, s.level + 1, p.range_id
    FROM stack AS s
    JOIN _piece_parent AS p ON p.piece_id = s.parent_piece_id
)
SELECT range_id, outer_id, level FROM stack WHERE level > 0
