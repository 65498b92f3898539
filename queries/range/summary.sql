-- One row per rolled-up path (a place in the program), ordered by sum_ns, largest first.
--
-- rolled_path      VARCHAR  -      labels from the outermost range inward, joined by /
-- depth            INTEGER  -      number of enclosing ranges; the minimum if instances differ
-- instance_count   BIGINT   count  number of ranges
-- merged_count     BIGINT   count  distinct recorded names that roll up to this path
-- operation_count  BIGINT   count  GPU operations launched inside, including nested ranges, each counted once
-- sum_ns           BIGINT   ns     sum of their durations
-- exclusive_count  BIGINT   count  GPU operations whose innermost range it is
-- exclusive_ns     BIGINT   ns     sum of their durations
-- wall_ns          BIGINT   ns     duration on the CPU, summed over instances
-- median_wall_ns   DOUBLE   ns     median duration on the CPU
WITH owned AS (
    SELECT piece_id, sum(n)::BIGINT AS n, sum(ns)::BIGINT AS ns FROM _piece_work WHERE piece_id IS NOT NULL GROUP BY piece_id
),
-- Ranges with the same path that are open at the same time: those that cross, and those below the longest paths.
again AS (
    SELECT s.piece_id, s.range_id
    FROM _range_stack AS s
    JOIN (
        SELECT p.range_id, p.rolled_path
        FROM _range_path AS p JOIN _range AS r USING (range_id)
        WHERE r.thread_id IN (FROM _crossing) OR length(p.rolled_path) > 4000
    ) AS p USING (range_id)
    QUALIFY row_number() OVER (PARTITION BY s.piece_id, p.rolled_path ORDER BY s.level) > 1
),
work AS (
    SELECT s.range_id, sum(o.n) AS n, sum(o.ns) AS ns,
        sum(o.n) FILTER (s.level = 0) AS own_n, sum(o.ns) FILTER (s.level = 0) AS own_ns
    FROM owned AS o JOIN _range_stack AS s USING (piece_id) ANTI JOIN again USING (piece_id, range_id)
    GROUP BY s.range_id
)
SELECT p.rolled_path, min(p.depth) AS depth, count(*) AS instance_count,
    count(DISTINCT n.name) AS merged_count,
    coalesce(sum(w.n), 0)::BIGINT AS operation_count, coalesce(sum(w.ns), 0)::BIGINT AS sum_ns,
    coalesce(sum(w.own_n), 0)::BIGINT AS exclusive_count, coalesce(sum(w.own_ns), 0)::BIGINT AS exclusive_ns,
    sum(r.end_ns - r.start_ns)::BIGINT AS wall_ns, median(r.end_ns - r.start_ns) AS median_wall_ns
FROM _range_path AS p
JOIN _range AS r USING (range_id)
JOIN _range_name AS n USING (range_id)
LEFT JOIN work AS w USING (range_id)
GROUP BY p.rolled_path
ORDER BY sum_ns DESC, wall_ns DESC, rolled_path
