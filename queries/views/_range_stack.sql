-- One row per piece and range that is open in it, itself included: what inclusive figures are counted over. It has the pieces
-- that something is asked of: the first of each range, and those in which an operation was launched.
-- materialized: part of the closure of _piece_parent.
--
-- level 0 is the piece itself. Ranges without length own nothing, and are in no stack. Pieces of one range never nest,
-- so that a range occurs once in a stack. Where 128 requests of a server are open at any time, each has some 128 pieces,
-- nested 64 deep on average, of which all but a few have nothing.
WITH RECURSIVE later AS (
    SELECT piece_id FROM _attribution WHERE piece_id >> 40 > 0
    UNION
    SELECT parent_piece_id FROM _piece_parent WHERE is_point AND parent_piece_id >> 40 > 0
),
stack AS (
    SELECT piece_id, range_id, parent_piece_id, 0 AS level FROM _piece_parent
    WHERE NOT is_point AND (piece_id = range_id OR piece_id IN (SELECT piece_id FROM later))
    UNION ALL
    SELECT s.piece_id, p.range_id, p.parent_piece_id, s.level + 1
    FROM stack AS s
    JOIN _piece_parent AS p ON p.piece_id = s.parent_piece_id
)
SELECT piece_id, range_id, level FROM stack
