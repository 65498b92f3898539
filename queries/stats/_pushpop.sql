-- One row per push/pop range, with its position in the tree of push/pop ranges on its thread.
-- materialized: the tree is traversed once.
--
-- The parent is the shortest enclosing range or, among equally long ones, the one opened last. If ranges are properly
-- nested, this is the nearest enclosing range. The same holds for the ends that reports assign to ranges that were
-- never closed, because none of these ends is before the end of a closed range inside. Only ranges that partly overlap
-- are compared.
WITH RECURSIVE pushpop AS (
    SELECT range_id, thread_id, pushpop_end_ns AS end_ns, pushpop_end_ns - start_ns AS duration_ns
    FROM stats__range
    WHERE NOT is_start_end
),
nearest AS (
    SELECT r.range_id, p.parent_id
    FROM (FROM pushpop ANTI JOIN _crossing USING (thread_id)) AS r LEFT JOIN _range_parent AS p USING (range_id)
    UNION ALL
    -- Skip start/end ranges.
    SELECT n.range_id, p.parent_id
    FROM nearest AS n
    ANTI JOIN pushpop AS o ON o.range_id = n.parent_id
    JOIN _range_parent AS p ON p.range_id = n.parent_id
),
enclosed AS (
    SELECT s.range_id, arg_min(s.outer_id, {'length': o.duration_ns, 'opened': -s.opened}) AS parent_id
    FROM _crossed_stack AS s
    JOIN pushpop AS r ON r.range_id = s.range_id
    JOIN pushpop AS o ON o.range_id = s.outer_id
    WHERE o.end_ns >= r.end_ns
    GROUP BY s.range_id
),
parent AS (
    FROM nearest WHERE parent_id IS NULL OR parent_id IN (SELECT range_id FROM pushpop)
    UNION ALL
    SELECT r.range_id, e.parent_id
    FROM pushpop AS r SEMI JOIN _crossing USING (thread_id) LEFT JOIN enclosed AS e USING (range_id)
),
tree AS (
    SELECT range_id, parent_id, 0 AS level, ':' || range_id AS stack FROM parent WHERE parent_id IS NULL
    UNION ALL
    SELECT p.range_id, p.parent_id, t.level + 1, t.stack || ':' || p.range_id
    FROM tree AS t JOIN parent AS p ON p.parent_id = t.range_id
)
FROM tree
