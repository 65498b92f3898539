-- One row per piece and range that is open in it, itself included: what inclusive figures are counted over.
-- materialized: the closure of _piece_parent.
--
-- level 0 is the piece itself. Ranges without length own nothing, and are in no stack. Pieces of one range never nest,
-- so that a range occurs once in a stack.
WITH RECURSIVE stack AS (
    SELECT piece_id, range_id, parent_piece_id, 0 AS level FROM _piece_parent WHERE NOT is_point
    UNION ALL
    SELECT s.piece_id, p.range_id, p.parent_piece_id, s.level + 1
    FROM stack AS s
    JOIN _piece_parent AS p ON p.piece_id = s.parent_piece_id
)
SELECT piece_id, range_id, level FROM stack
