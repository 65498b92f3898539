-- One row per NVTX range that contains GPU operations, with its position in the tree of these ranges on its thread.
-- materialized: the tree is traversed once for two reports.
--
-- The parent is the shortest enclosing range or, among equally long ones, the one opened last. If ranges are properly
-- nested, this is the nearest enclosing range. The same holds for the ends that reports assign to ranges that were
-- never closed, because none of these ends is before the end of a closed range inside. Only ranges that partly overlap
-- are compared.
WITH RECURSIVE projected AS (
    SELECT r.range_id, r.thread_id, r.end_ns, r.duration_ns
    FROM stats__range AS r SEMI JOIN stats__projected AS p ON p.range_id = r.range_id
),
nearest AS (
    SELECT r.range_id, p.parent_id
    FROM (FROM projected ANTI JOIN _crossing USING (thread_id)) AS r LEFT JOIN _range_parent AS p USING (range_id)
    UNION ALL
    -- Skip ranges that contain no operations.
    SELECT n.range_id, p.parent_id
    FROM nearest AS n
    ANTI JOIN projected AS o ON o.range_id = n.parent_id
    JOIN _range_parent AS p ON p.range_id = n.parent_id
),
enclosed AS (
    SELECT s.range_id, arg_min(s.outer_id, {'length': o.duration_ns, 'opened': -s.opened}) AS parent_id
    FROM _crossed_stack AS s
    JOIN projected AS r ON r.range_id = s.range_id
    JOIN projected AS o ON o.range_id = s.outer_id
    WHERE o.end_ns >= r.end_ns
    GROUP BY s.range_id
),
parent AS (
    FROM nearest WHERE parent_id IS NULL OR parent_id IN (SELECT range_id FROM projected)
    UNION ALL
    SELECT r.range_id, e.parent_id
    FROM projected AS r SEMI JOIN _crossing USING (thread_id) LEFT JOIN enclosed AS e USING (range_id)
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
