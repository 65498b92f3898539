-- One row per piece with a call that is not inside all ranges of its stack, and one for calls without a piece, with the
-- latest end of the ranges in the stack, or NULL if there are none.
-- materialized: there are almost always few rows, and only their operations have to be examined individually.
SELECT p.piece_id, s.last_end_ns
FROM stats__launch_piece AS p
LEFT JOIN (
    SELECT piece_id, min(end_ns) AS first_end_ns, max(end_ns) AS last_end_ns FROM stats__stack GROUP BY piece_id
) AS s USING (piece_id)
WHERE s.first_end_ns IS NULL OR p.call_end_ns > s.first_end_ns
