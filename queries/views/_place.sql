-- One row per place, with the enclosing place (NULL for an outermost place), its label, whether it is the label of an
-- operator, its depth and its rolled-up path.
-- materialized: paths are strings built level by level.
--
-- If a label contains "/", two places can have the same path. path_id is the smallest place_id among the places with
-- this path.
WITH RECURSIVE node AS MATERIALIZED (
    SELECT d.place_id, u.place_id AS up_id, n.label, n.is_operator
    FROM (SELECT DISTINCT place_id FROM _range_place) AS d
    JOIN _range_name AS n ON n.range_id = d.place_id
    LEFT JOIN _range_parent AS p ON p.range_id = d.place_id
    LEFT JOIN _range_place AS u ON u.range_id = p.parent_id
),
tree AS (
    SELECT place_id, up_id, label, is_operator, 0 AS depth, label AS rolled_path FROM node WHERE up_id IS NULL
    UNION ALL
    SELECT n.place_id, n.up_id, n.label, n.is_operator, t.depth + 1, path_below(t.rolled_path, n.label)
    FROM tree AS t JOIN node AS n ON n.up_id = t.place_id
)
SELECT *, min(place_id) OVER (PARTITION BY rolled_path) AS path_id FROM tree
