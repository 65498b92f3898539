-- One row per range, with its path as recorded.
-- materialized: paths are strings built level by level.
--
-- Names in a path are truncated to 160 characters. Long paths end in the same way as in _range_place.
WITH RECURSIVE parent AS (
    SELECT n.range_id, left(n.name, 160) AS name, p.parent_id,
        n.range_id IN (SELECT parent_id FROM _range_parent WHERE parent_id IS NOT NULL) AS is_around
    FROM _range_name AS n LEFT JOIN _range_parent AS p USING (range_id)
),
around AS MATERIALIZED (FROM parent WHERE is_around),
tree AS (
    SELECT range_id, name AS path FROM around WHERE parent_id IS NULL
    UNION ALL
    SELECT p.range_id, path_below(t.path, p.name)
    FROM tree AS t JOIN around AS p ON p.parent_id = t.range_id
    WHERE grows(t.path)
),
leaf AS (
    SELECT p.range_id, path_below(t.path, p.name) AS path
    FROM parent AS p LEFT JOIN tree AS t ON t.range_id = p.parent_id
    WHERE NOT p.is_around AND (p.parent_id IS NULL OR grows(t.path))
),
jump AS (
    SELECT range_id, parent_id AS up_id, 0 AS round
    FROM parent ANTI JOIN tree USING (range_id) ANTI JOIN leaf USING (range_id)
    UNION ALL
    SELECT j.range_id, coalesce(u.up_id, j.up_id), j.round + 1
    FROM jump AS j LEFT JOIN jump AS u ON u.range_id = j.up_id
    WHERE j.round < (SELECT ceil(log2(max(open_count) + 1)) FROM _nesting)
),
landed AS (SELECT range_id, arg_max(up_id, round) AS up_id FROM jump GROUP BY range_id)
SELECT range_id, path FROM tree
UNION ALL
SELECT range_id, path FROM leaf
UNION ALL
SELECT l.range_id, t.path FROM landed AS l JOIN tree AS t ON t.range_id = l.up_id
