-- One row per push/pop range: its place among the push/pop ranges of its thread.
-- materialised: the walk down the tree.
--
-- The parent is the shortest range that encloses; of equally long ones the one opened last.
WITH RECURSIVE pushpop AS (
    SELECT range_id, pushpop_end_ns AS end_ns, pushpop_end_ns - start_ns AS duration_ns
    FROM stats__range
    WHERE NOT is_start_end
),
enclosed AS (
    SELECT e.range_id, arg_min(e.outer_id, (o.duration_ns << 10) + least(e.level, 1023)) AS parent_id
    FROM stats__encloser AS e
    JOIN pushpop AS r ON r.range_id = e.range_id
    JOIN pushpop AS o ON o.range_id = e.outer_id
    WHERE o.end_ns >= r.end_ns
    GROUP BY e.range_id
),
parent AS (SELECT r.range_id, e.parent_id FROM pushpop AS r LEFT JOIN enclosed AS e USING (range_id)
),
tree AS (
    SELECT range_id, parent_id, 0 AS level, ':' || range_id AS stack FROM parent WHERE parent_id IS NULL
    UNION ALL
    SELECT p.range_id, p.parent_id, t.level + 1, t.stack || ':' || p.range_id
    FROM tree AS t JOIN parent AS p ON p.parent_id = t.range_id
)
FROM tree
