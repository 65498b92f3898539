-- One row per NVTX range that holds GPU operations: its place among such ranges of its thread.
-- materialised: the walk down the tree, shared by two reports.
--
-- The parent is the shortest range that encloses; of equally long ones the one opened last.
WITH RECURSIVE projected AS (
    SELECT r.range_id, r.end_ns, r.duration_ns
    FROM stats__range AS r SEMI JOIN stats__projected AS p ON p.range_id = r.range_id
),
enclosed AS (
    SELECT e.range_id, arg_min(e.outer_id, (o.duration_ns << 10) + least(e.level, 1023)) AS parent_id
    FROM stats__encloser AS e
    JOIN projected AS r ON r.range_id = e.range_id
    JOIN projected AS o ON o.range_id = e.outer_id
    WHERE o.end_ns >= r.end_ns
    GROUP BY e.range_id
),
parent AS (SELECT r.range_id, e.parent_id FROM projected AS r LEFT JOIN enclosed AS e USING (range_id)
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
