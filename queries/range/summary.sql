-- One row per rolled-up path (a place in the program), ordered by sum_ns, largest first.
--
-- rolled_path      VARCHAR  -      range labels from the outermost range inward, joined by /
-- depth            INTEGER  -      number of enclosing ranges; the minimum if it differs between ranges
-- instance_count   BIGINT   count  number of ranges
-- merged_count     BIGINT   count  number of distinct recorded names that roll up to this path
-- operation_count  BIGINT   count  number of GPU operations launched in these ranges, including nested ranges; each
--     operation counts once
-- sum_ns           BIGINT   ns     sum of the durations of these operations
-- exclusive_count  BIGINT   count  number of GPU operations whose innermost range has this path
-- exclusive_ns     BIGINT   ns     sum of the durations of the operations counted in exclusive_count
-- wall_ns          BIGINT   ns     sum of the range durations on the CPU
-- median_wall_ns   DOUBLE   ns     median range duration on the CPU
WITH RECURSIVE up AS (
    FROM _place_work
    UNION ALL
    SELECT p.up_id, u.n, u.ns FROM up AS u JOIN _place AS p USING (place_id) WHERE p.up_id IS NOT NULL
),
-- On tangled threads, ranges with the same path can be open at the same time. An operation counts only once per path.
carried AS (
    SELECT DISTINCT s.piece_id, p.path_id
    FROM _range_stack AS s
    SEMI JOIN _tangled_work USING (piece_id)
    JOIN _range_place AS r USING (range_id)
    JOIN _place AS p USING (place_id)
),
inside AS (
    SELECT path_id, sum(n)::BIGINT AS n, sum(ns)::BIGINT AS ns
    FROM (
        SELECT p.path_id, u.n, u.ns FROM up AS u JOIN _place AS p USING (place_id)
        UNION ALL
        SELECT c.path_id, t.n, t.ns FROM carried AS c JOIN _tangled_work AS t USING (piece_id)
    )
    GROUP BY path_id
),
own AS (
    SELECT p.path_id, sum(o.n)::BIGINT AS n, sum(o.ns)::BIGINT AS ns
    FROM (
        FROM _place_work
        UNION ALL
        SELECT r.place_id, t.n, t.ns FROM _tangled_work AS t JOIN _range_place AS r USING (range_id)
    ) AS o
    JOIN _place AS p USING (place_id)
    GROUP BY p.path_id
),
instance AS (
    SELECT p.path_id, min(i.depth) AS depth, count(*) AS instance_count, sum(r.end_ns - r.start_ns)::BIGINT AS wall_ns,
        median(r.end_ns - r.start_ns) AS median_wall_ns
    FROM _range_place AS i JOIN _range AS r USING (range_id) JOIN _place AS p USING (place_id)
    GROUP BY p.path_id
),
merged AS (
    SELECT p.path_id, count(DISTINCT n.name) AS merged_count
    FROM _range_place AS i JOIN _range_name AS n USING (range_id) JOIN _place AS p USING (place_id)
    GROUP BY p.path_id
)
SELECT p.rolled_path, i.depth, i.instance_count, m.merged_count,
    coalesce(w.n, 0) AS operation_count, coalesce(w.ns, 0) AS sum_ns,
    coalesce(o.n, 0) AS exclusive_count, coalesce(o.ns, 0) AS exclusive_ns,
    i.wall_ns, i.median_wall_ns
FROM instance AS i
JOIN merged AS m USING (path_id)
JOIN _place AS p ON p.place_id = i.path_id
LEFT JOIN inside AS w ON w.path_id = i.path_id
LEFT JOIN own AS o ON o.path_id = i.path_id
ORDER BY sum_ns DESC, wall_ns DESC, rolled_path
