-- One row per range that is a stage instance, with its path as recorded.
-- materialized: its text and that of the queries that read it would need memory at the same time.
--
-- Only the ranges around stage instances are named, because the paths of all ranges (_recorded_path) would be much more
-- text. A path of at most 25 names of 160 characters is never cut (see path_below), so it is built from the outermost
-- range inward, once for all instances in the same range. Deeper paths are rare and are collected as lists, which cannot
-- be spilled to disk.
WITH RECURSIVE instance AS (
    SELECT s.range_id, p.parent_id, d.depth > 24 AS is_deep
    FROM stage__range AS s
    JOIN _range_place AS d USING (range_id)
    LEFT JOIN _range_parent AS p USING (range_id)
),
enclosing AS (
    SELECT DISTINCT parent_id AS range_id FROM instance WHERE parent_id IS NOT NULL AND NOT is_deep
    UNION
    SELECT p.parent_id FROM enclosing JOIN _range_parent AS p USING (range_id) WHERE p.parent_id IS NOT NULL
),
around AS MATERIALIZED (
    SELECT range_id, p.parent_id, left(n.name, 160) AS name
    FROM enclosing JOIN _range_name AS n USING (range_id) LEFT JOIN _range_parent AS p USING (range_id)
),
tree AS (
    SELECT range_id, name AS path FROM around WHERE parent_id IS NULL
    UNION ALL
    SELECT a.range_id, t.path || '/' || a.name FROM tree AS t JOIN around AS a ON a.parent_id = t.range_id
),
up AS (
    SELECT range_id, range_id AS at_id, 0 AS level FROM instance WHERE is_deep
    UNION ALL
    SELECT u.range_id, p.parent_id, u.level + 1
    FROM up AS u JOIN _range_parent AS p ON p.range_id = u.at_id
    WHERE p.parent_id IS NOT NULL
),
named AS (
    SELECT u.range_id, list(left(n.name, 160) ORDER BY u.level DESC) AS names
    FROM up AS u JOIN _range_name AS n ON n.range_id = u.at_id
    GROUP BY u.range_id
)
SELECT i.range_id, coalesce(t.path || '/', '') || left(n.name, 160) AS path
FROM instance AS i JOIN _range_name AS n USING (range_id) LEFT JOIN tree AS t ON t.range_id = i.parent_id
WHERE NOT i.is_deep
UNION ALL
SELECT range_id, list_reduce(names, lambda path, name: path_below(path, name)) FROM named
