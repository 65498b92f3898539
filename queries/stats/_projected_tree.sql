-- One row per NVTX range that holds GPU operations: its place among such ranges of its thread.
-- materialised: the walk down the tree, shared by two reports.
WITH RECURSIVE parent AS (
    SELECT p.range_id, arg_min(e.outer_id, e.level) AS parent_id
    FROM stats__projected AS p
    LEFT JOIN stats__encloser AS e ON e.range_id = p.range_id
        AND e.outer_id IN (SELECT range_id FROM stats__projected)
    GROUP BY p.range_id
),
tree AS (
    SELECT range_id, parent_id, 0 AS level, ':' || range_id AS stack FROM parent WHERE parent_id IS NULL
    UNION ALL
    SELECT p.range_id, p.parent_id, t.level + 1, t.stack || ':' || p.range_id
    FROM tree AS t JOIN parent AS p ON p.parent_id = t.range_id
)
SELECT t.*, coalesce(c.child_count, 0) AS child_count
FROM tree AS t
LEFT JOIN (SELECT parent_id, count(*) AS child_count FROM parent GROUP BY parent_id) AS c ON c.parent_id = t.range_id
