-- One row per range that is a stage instance, with its path as recorded.
--
-- The query walks up from these ranges instead of reading the paths of all ranges (_recorded_path), which would be much
-- more text.
WITH RECURSIVE up AS (
    SELECT range_id, range_id AS at_id, 0 AS level FROM stage__range
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
SELECT range_id, list_reduce(names, lambda path, name: path_below(path, name)) AS path FROM named
