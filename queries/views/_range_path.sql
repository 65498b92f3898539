-- One row per range: its depth and its path, as recorded and rolled up.
-- materialized: paths are text built level by level.
--
-- Names in a path are cut to 160 characters. All ranges below a path of more than 4000 characters share the path /...
-- there, so that a hostile trace cannot make paths grow without limit. The levels are walked until both paths end in
-- /...; ranges below find the last range of the walk in jumps that double in length. Only ranges that enclose others
-- are walked, because a walk keeps all its rows in memory and most ranges enclose none.
WITH RECURSIVE parent AS (
    SELECT r.range_id, p.parent_id, r.range_id IN (SELECT parent_id FROM _range_parent WHERE parent_id IS NOT NULL) AS is_around
    FROM _range AS r LEFT JOIN _range_parent AS p USING (range_id)
),
tree AS (
    SELECT p.range_id, 0 AS depth, left(n.name, 160) AS path, n.label AS rolled_path
    FROM parent AS p JOIN _range_name AS n USING (range_id)
    WHERE p.parent_id IS NULL AND p.is_around
    UNION ALL
    SELECT p.range_id, t.depth + 1, path_below(t.path, left(n.name, 160)), path_below(t.rolled_path, n.label)
    FROM tree AS t
    JOIN parent AS p ON p.parent_id = t.range_id
    JOIN _range_name AS n ON n.range_id = p.range_id
    WHERE p.is_around AND (grows(t.path) OR grows(t.rolled_path))
),
leaf AS (
    SELECT p.range_id, coalesce(t.depth + 1, 0) AS depth, path_below(t.path, left(n.name, 160)) AS path,
        path_below(t.rolled_path, n.label) AS rolled_path
    FROM parent AS p
    JOIN _range_name AS n USING (range_id)
    LEFT JOIN tree AS t ON t.range_id = p.parent_id
    WHERE NOT p.is_around AND (p.parent_id IS NULL OR grows(t.path) OR grows(t.rolled_path))
),
jump AS (
    SELECT range_id, parent_id AS up_id, 1 AS level_count, 0 AS round
    FROM parent ANTI JOIN tree USING (range_id) ANTI JOIN leaf USING (range_id)
    UNION ALL
    SELECT j.range_id, coalesce(u.up_id, j.up_id), j.level_count + coalesce(u.level_count, 0), j.round + 1
    FROM jump AS j LEFT JOIN jump AS u ON u.range_id = j.up_id
    WHERE j.round < (SELECT ceil(log2(max(open_count) + 1)) FROM _nesting)
),
landed AS (
    SELECT range_id, arg_max(up_id, round) AS up_id, max(level_count) AS level_count FROM jump GROUP BY range_id
)
SELECT range_id, depth, path, rolled_path FROM tree
UNION ALL
SELECT range_id, depth, path, rolled_path FROM leaf
UNION ALL
SELECT l.range_id, t.depth + l.level_count, t.path, t.rolled_path FROM landed AS l JOIN tree AS t ON t.range_id = l.up_id
