-- One row per rolled-up path, with its label and the path around it (NULL for an outermost path).
-- materialized: it is joined with itself level by level.
--
-- If several places share a path, the shallowest place is used. Below paths of maximum length, this is the outermost
-- place, whose parent path is shorter.
SELECT p.rolled_path, p.label, u.rolled_path AS parent_path
FROM (SELECT arg_min(place_id, (depth, place_id)) AS place_id FROM _place GROUP BY path_id)
JOIN _place AS p USING (place_id)
LEFT JOIN _place AS u ON u.place_id = p.up_id
