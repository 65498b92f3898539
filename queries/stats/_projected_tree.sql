-- One row per NVTX range that holds GPU operations: its place among such ranges of its thread.
-- materialised: the walk down the tree, shared by two reports.
WITH RECURSIVE parent AS (
    SELECT p.range_id, e.outer_id AS parent_id
    FROM stats__projected AS p
    LEFT JOIN (
        SELECT e.range_id, arg_min(e.outer_id, e.level) AS outer_id
        FROM stats__encloser AS e SEMI JOIN stats__projected AS p ON p.range_id = e.outer_id
        GROUP BY e.range_id
    ) AS e USING (range_id)
),
tree AS (
    SELECT range_id, parent_id, 0 AS level FROM parent WHERE parent_id IS NULL
    UNION ALL
    SELECT p.range_id, p.parent_id, t.level + 1
    FROM tree AS t JOIN parent AS p ON p.parent_id = t.range_id
)
SELECT t.*, coalesce(c.child_count, 0) AS child_count
FROM tree AS t
LEFT JOIN (SELECT parent_id, count(*) AS child_count FROM parent GROUP BY parent_id) AS c ON c.parent_id = t.range_id
