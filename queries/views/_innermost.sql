-- One row per thread and instant at which the innermost range changes: from there on it is this piece, or none.
-- Several boundaries can share an instant: the last of them says what holds after it.
SELECT b.thread_id, b.instant_ns,
    CASE WHEN b.is_start THEN b.piece_id ELSE p.parent_piece_id END AS piece_id
FROM _boundary AS b
LEFT JOIN _piece_parent AS p ON p.piece_id = b.piece_id
WHERE b.is_last
