-- One row per range that is a stage instance, with its path as recorded.
-- materialized: its text and that of the queries that read it would need memory at the same time.
--
-- Only the ranges around stage instances are named, because the paths of all ranges (_recorded_path) would be much more
-- text. A path of at most 25 names of 160 characters is never cut (see path_below), so it is built from the outermost
-- range inward, once for all instances in the same range. Deeper paths are rare and are collected as lists, which cannot
-- be spilled to disk. The names of the instances are read last and only once, so that no join holds them in memory.
--
-- The recursion over enclosing ranges does not use UNION without ALL, whose hash table cannot be spilled. A range can
-- therefore be found once per level.
WITH RECURSIVE inside AS NOT MATERIALIZED (FROM _range_parent WHERE parent_id IS NOT NULL),
deep AS MATERIALIZED (SELECT range_id FROM _range_place SEMI JOIN stage__range USING (range_id) WHERE depth > 24),
shallow AS (FROM inside SEMI JOIN stage__range USING (range_id) ANTI JOIN deep USING (range_id)),
enclosing AS (
    SELECT DISTINCT parent_id AS range_id FROM shallow
    UNION ALL
    SELECT DISTINCT p.parent_id FROM enclosing JOIN inside AS p USING (range_id)
),
around AS MATERIALIZED (
    SELECT range_id, p.parent_id, left(n.name, 160) AS name
    FROM (SELECT DISTINCT range_id FROM enclosing)
    JOIN _range_name AS n USING (range_id)
    LEFT JOIN inside AS p USING (range_id)
),
tree AS (
    SELECT range_id, name AS path FROM around WHERE parent_id IS NULL
    UNION ALL
    SELECT a.range_id, t.path || '/' || a.name FROM tree AS t JOIN around AS a ON a.parent_id = t.range_id
),
enclosed AS (SELECT s.range_id, t.path FROM shallow AS s JOIN tree AS t ON t.range_id = s.parent_id),
up AS (
    SELECT range_id, range_id AS at_id, 0 AS level FROM deep
    UNION ALL
    SELECT u.range_id, p.parent_id, u.level + 1 FROM up AS u JOIN inside AS p ON p.range_id = u.at_id
),
named AS (
    SELECT u.range_id, list(left(n.name, 160) ORDER BY u.level DESC) AS names
    FROM up AS u JOIN _range_name AS n ON n.range_id = u.at_id
    GROUP BY u.range_id
)
SELECT n.range_id, coalesce(e.path || '/', '') || left(n.name, 160) AS path
FROM _range_name AS n
SEMI JOIN stage__range USING (range_id)
ANTI JOIN deep USING (range_id)
LEFT JOIN enclosed AS e USING (range_id)
UNION ALL
SELECT range_id, list_reduce(names, lambda path, name: path_below(path, name)) FROM named
