-- One row per piece in which nodes were created and begin of their capture: the ranges around, from the first that was
-- opened inside the capture; without a capture, all of them.
SELECT a.piece_id, a.begin_ns,
    arg_min(s.range_id, s.level) AS range_id,
    left(string_agg(n.label, '/' ORDER BY s.level DESC), 4000) AS layer_path
FROM (SELECT DISTINCT piece_id, begin_ns FROM graph__around WHERE piece_id IS NOT NULL) AS a
JOIN _range_stack AS s USING (piece_id)
JOIN _range AS r USING (range_id)
JOIN _range_name AS n USING (range_id)
WHERE a.begin_ns IS NULL OR r.start_ns >= a.begin_ns
GROUP BY ALL
