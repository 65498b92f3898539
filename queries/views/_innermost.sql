-- One row per thread and time at which the innermost range changes, with the innermost piece from then on, or NULL. If
-- ranges nest, a piece is a whole range. If several boundaries have the same time, the last one determines the
-- innermost piece.
SELECT b.thread_id, b.instant_ns, CASE WHEN b.is_start THEN b.range_id ELSE a.around_id END AS piece_id
FROM (FROM _nesting ANTI JOIN _crossing USING (thread_id)) AS b
LEFT JOIN _range_around AS a USING (range_id)
WHERE b.is_last
UNION ALL
FROM _crossed_innermost
