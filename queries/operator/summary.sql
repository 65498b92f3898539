-- One row per framework operator, rolled up over its instances, ordered by exclusive_ns, largest first.
--
-- name             VARCHAR  -      rolled-up name, such as aten::linear
-- instance_count   BIGINT   count  number of ranges with this name
-- merged_count     BIGINT   count  distinct recorded names that roll up to this name
-- operation_count  BIGINT   count  GPU operations launched inside, including in nested operators
-- sum_ns           BIGINT   ns     sum of their durations; an operation in nested operators of the same name counts
--     once
-- exclusive_count  BIGINT   count  GPU operations whose innermost range it is
-- exclusive_ns     BIGINT   ns     sum of their durations
-- wall_ns          BIGINT   ns     duration on the CPU, summed over instances
-- median_wall_ns   DOUBLE   ns     median duration on the CPU
WITH instance AS (
    SELECT r.label AS name, count(*) AS instance_count, count(DISTINCT n.name) AS merged_count,
        sum(t.end_ns - t.start_ns)::BIGINT AS wall_ns, median(t.end_ns - t.start_ns) AS median_wall_ns
    FROM operator__range AS r JOIN _range_name AS n USING (range_id) JOIN _range AS t USING (range_id)
    GROUP BY r.label
),
owned AS (
    SELECT piece_id, sum(n)::BIGINT AS n, sum(ns)::BIGINT AS ns FROM _piece_work WHERE piece_id IS NOT NULL GROUP BY piece_id
),
-- A label counts once per stack, however often the operator is nested in itself.
carried AS (
    SELECT s.piece_id, r.label, bool_or(s.level = 0) AS is_innermost
    FROM _range_stack AS s JOIN operator__range AS r USING (range_id)
    GROUP BY ALL
),
work AS (
    SELECT c.label AS name, sum(o.n) AS n, sum(o.ns) AS ns,
        sum(o.n) FILTER (c.is_innermost) AS own_n, sum(o.ns) FILTER (c.is_innermost) AS own_ns
    FROM owned AS o JOIN carried AS c USING (piece_id)
    GROUP BY c.label
)
SELECT i.name, i.instance_count, i.merged_count,
    coalesce(w.n, 0)::BIGINT AS operation_count, coalesce(w.ns, 0)::BIGINT AS sum_ns,
    coalesce(w.own_n, 0)::BIGINT AS exclusive_count, coalesce(w.own_ns, 0)::BIGINT AS exclusive_ns,
    i.wall_ns, i.median_wall_ns
FROM instance AS i LEFT JOIN work AS w USING (name)
ORDER BY exclusive_ns DESC, sum_ns DESC, name
