-- One row per piece whose calls are not all held by every range of its stack, and one for no piece, if calls lie in
-- none: the last end of these ranges, NULL where there is none.
-- materialized: almost always few, and known to be: operations are looked at one by one only there.
SELECT p.piece_id, s.last_end_ns
FROM stats__launch_piece AS p
LEFT JOIN (
    SELECT piece_id, min(end_ns) AS first_end_ns, max(end_ns) AS last_end_ns FROM stats__stack GROUP BY piece_id
) AS s USING (piece_id)
WHERE s.first_end_ns IS NULL OR p.call_end_ns > s.first_end_ns
