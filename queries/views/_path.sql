-- One row per rolled-up path: its label and the path around it (NULL: none).
-- materialized: joined with itself level by level.
--
-- Where places share a path, these are of the least deep: below the longest paths its parent has a shorter path.
SELECT p.rolled_path, p.label, u.rolled_path AS parent_path
FROM (SELECT arg_min(place_id, (depth, place_id)) AS place_id FROM _place GROUP BY path_id)
JOIN _place AS p USING (place_id)
LEFT JOIN _place AS u ON u.place_id = p.up_id
