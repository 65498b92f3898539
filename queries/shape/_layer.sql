-- One row per range in shape that has FLOPs or owns GPU operations, with the rolled-up name of the layer that contains
-- it.
--
-- The layer is the module in the innermost enclosing layer dict, or the innermost enclosing range that is not an
-- operator.
WITH RECURSIVE wanted AS (
    SELECT range_id FROM shape WHERE flops IS NOT NULL
    UNION
    SELECT range_id FROM shape__work WHERE range_id IS NOT NULL
),
called AS (
    SELECT n.range_id, CASE WHEN h.range_id IS NULL THEN n.label ELSE rolled_up(h.module) END AS layer
    FROM _range_name AS n
    LEFT JOIN shape AS h ON h.range_id = n.range_id
    LEFT JOIN operator__range AS o ON o.range_id = n.range_id
    WHERE CASE WHEN h.range_id IS NULL THEN o.range_id IS NULL AND NOT starts_with(n.name, '{') ELSE h.form = 'layer' END
),
lasting AS (
    SELECT w.range_id, r.thread_id, r.start_ns, r.opened
    FROM wanted AS w JOIN _range AS r USING (range_id)
    WHERE r.end_ns > r.start_ns
),
-- Walk up to the first range that identifies a layer.
up AS (
    SELECT range_id, range_id AS outer_id FROM lasting ANTI JOIN _crossing USING (thread_id)
    UNION ALL
    SELECT u.range_id, p.parent_id
    FROM up AS u
    ANTI JOIN called AS l ON l.range_id = u.outer_id
    JOIN _range_parent AS p ON p.range_id = u.outer_id
    WHERE p.parent_id IS NOT NULL
),
-- Where ranges cross, the ranges that begin while a given range is open have consecutive numbers.
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY thread_id ORDER BY opened) AS number
    FROM lasting SEMI JOIN _crossing USING (thread_id)
),
until AS (SELECT thread_id, start_ns, max(number) AS number FROM numbered GROUP BY ALL),
held AS (
    SELECT r.thread_id, r.range_id, r.opened, unnest(generate_series(coalesce(b.number, 0) + 1, e.number)) AS number
    FROM (
        FROM _range SEMI JOIN _crossing USING (thread_id) SEMI JOIN called USING (range_id) WHERE end_ns > start_ns
    ) AS r
    ASOF JOIN until AS e ON e.thread_id = r.thread_id AND e.start_ns < r.end_ns
    ASOF LEFT JOIN until AS b ON b.thread_id = r.thread_id AND b.start_ns < r.start_ns
),
stack AS (
    FROM up
    UNION ALL
    SELECT n.range_id, h.range_id
    FROM held AS h JOIN numbered AS n ON n.thread_id = h.thread_id AND n.number = h.number AND n.opened >= h.opened
),
found AS (
    SELECT s.range_id, arg_max(l.layer, r.opened) AS layer
    FROM stack AS s
    JOIN called AS l ON l.range_id = s.outer_id
    JOIN _range AS r ON r.range_id = s.outer_id
    GROUP BY s.range_id
)
SELECT w.range_id, coalesce(f.layer, '(no layer)') AS layer
FROM wanted AS w LEFT JOIN found AS f USING (range_id)
