-- One row per piece, and per range without length: the piece right around it, or NULL.
-- materialized: walked upwards by paths and inclusive figures.
--
-- The parent of a start at depth d is the last start at depth d - 1 before it, and of a point at depth d the last start
-- at depth d: any other range at that depth that started since would have had to end first, and this one with it.
SELECT inside.piece_id, inside.range_id, inside.thread_id, inside.is_point, around.piece_id AS parent_piece_id
FROM (
    SELECT *, CASE WHEN is_point THEN open_count ELSE open_count - 1 END AS around_count
    FROM _boundary
    WHERE is_start OR is_point
) AS inside
ASOF LEFT JOIN (SELECT thread_id, open_count, position, piece_id FROM _boundary WHERE is_start) AS around
    ON around.thread_id = inside.thread_id
    AND around.open_count = inside.around_count
    AND around.position < inside.position
