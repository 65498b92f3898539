-- One row per push/pop range: its place among the push/pop ranges of its thread.
-- materialised: the walk down the tree.
WITH RECURSIVE parent AS (
    SELECT r.range_id, arg_min(e.outer_id, e.level) AS parent_id
    FROM stats__range AS r
    LEFT JOIN stats__encloser AS e ON e.range_id = r.range_id
        AND e.outer_id NOT IN (SELECT range_id FROM stats__range WHERE is_start_end)
    WHERE NOT r.is_start_end
    GROUP BY r.range_id
),
tree AS (
    SELECT range_id, parent_id, 0 AS level, ':' || range_id AS stack FROM parent WHERE parent_id IS NULL
    UNION ALL
    SELECT p.range_id, p.parent_id, t.level + 1, t.stack || ':' || p.range_id
    FROM tree AS t JOIN parent AS p ON p.parent_id = t.range_id
)
FROM tree
