-- One row per piece: the piece right around it, or NULL.
-- materialised: walked upwards by paths and inclusive figures.
--
-- The parent of a start at depth d is the last start at depth d - 1 before it: any other range at that depth that
-- started since would have had to end first, and this one with it.
SELECT inner_start.piece_id, inner_start.range_id, inner_start.thread_id, inner_start.open_count,
    outer_start.piece_id AS parent_piece_id
FROM _boundary AS inner_start
ASOF LEFT JOIN (SELECT thread_id, open_count, position, piece_id FROM _boundary WHERE is_start) AS outer_start
    ON outer_start.thread_id = inner_start.thread_id
    AND outer_start.open_count = inner_start.open_count - 1
    AND outer_start.position < inner_start.position
WHERE inner_start.is_start
