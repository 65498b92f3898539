-- One row per range: its depth and its path, as recorded and rolled up.
-- materialized: paths are text built level by level.
--
-- Names are cut to 160 characters inside a path. What lies below a path longer than 4000 shares the path /... there, so
-- that a hostile trace cannot make paths explode.
WITH RECURSIVE parent AS (
    SELECT r.range_id, p.parent_id FROM _range AS r LEFT JOIN _range_parent AS p USING (range_id)
),
tree AS (
    SELECT p.range_id, 0 AS depth, left(n.name, 160) AS path, n.label AS rolled_path
    FROM parent AS p JOIN _range_name AS n USING (range_id)
    WHERE p.parent_id IS NULL
    UNION ALL
    SELECT p.range_id, t.depth + 1,
        CASE WHEN length(t.path) <= 4000 THEN t.path || '/' || left(n.name, 160)
            WHEN ends_with(t.path, '/...') THEN t.path ELSE t.path || '/...' END,
        CASE WHEN length(t.rolled_path) <= 4000 THEN t.rolled_path || '/' || n.label
            WHEN ends_with(t.rolled_path, '/...') THEN t.rolled_path ELSE t.rolled_path || '/...' END
    FROM tree AS t
    JOIN parent AS p ON p.parent_id = t.range_id
    JOIN _range_name AS n ON n.range_id = p.range_id
)
SELECT range_id, depth, path, rolled_path FROM tree
