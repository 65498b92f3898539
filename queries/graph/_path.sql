-- One row per piece in which nodes were created and begin of their capture: the ranges around, from the first that was
-- opened inside the capture; without a capture, all of them.
WITH RECURSIVE captured AS (SELECT DISTINCT piece_id, begin_ns FROM graph__around WHERE piece_id IS NOT NULL),
stack AS (
    SELECT piece_id, range_id, parent_piece_id, 0 AS level
    FROM _piece_parent WHERE NOT is_point AND piece_id IN (SELECT piece_id FROM captured)
    UNION ALL
    SELECT s.piece_id, p.range_id, p.parent_piece_id, s.level + 1
    FROM stack AS s JOIN _piece_parent AS p ON p.piece_id = s.parent_piece_id
)
SELECT a.piece_id, a.begin_ns,
    arg_min(s.range_id, s.level) AS range_id,
    left(string_agg(n.label, '/' ORDER BY s.level DESC), 4000) AS layer_path
FROM captured AS a
JOIN stack AS s USING (piece_id)
JOIN _range AS r USING (range_id)
JOIN _range_name AS n USING (range_id)
WHERE a.begin_ns IS NULL OR r.start_ns >= a.begin_ns
GROUP BY ALL
