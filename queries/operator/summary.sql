-- One row per framework operator, rolled up over its instances, ordered by exclusive_ns, largest first.
--
-- name             VARCHAR  -      rolled-up operator name, such as aten::linear
-- instance_count   BIGINT   count  number of ranges with this name
-- merged_count     BIGINT   count  number of distinct recorded names that roll up to this name
-- operation_count  BIGINT   count  number of GPU operations launched in these ranges, including nested operators
-- sum_ns           BIGINT   ns     sum of the durations of these operations; an operation inside nested operators of
--     the same name counts only once
-- exclusive_count  BIGINT   count  number of GPU operations whose innermost range has this name
-- exclusive_ns     BIGINT   ns     sum of the durations of the operations counted in exclusive_count
-- wall_ns          BIGINT   ns     sum of the range durations on the CPU
-- median_wall_ns   DOUBLE   ns     median range duration on the CPU
WITH RECURSIVE instance AS (
    SELECT n.label AS name, count(*) AS instance_count, count(DISTINCT n.name) AS merged_count,
        sum(t.end_ns - t.start_ns)::BIGINT AS wall_ns, median(t.end_ns - t.start_ns) AS median_wall_ns
    FROM _range_name AS n JOIN _range AS t USING (range_id)
    WHERE n.is_operator
    GROUP BY n.label
),
up AS (
    SELECT place_id AS own_id, place_id, 0 AS level FROM _place_work
    UNION ALL
    SELECT u.own_id, p.up_id, u.level + 1 FROM up AS u JOIN _place AS p USING (place_id) WHERE p.up_id IS NOT NULL
),
-- An operation counts only once per label, even if the operator is nested in itself.
carried AS (
    SELECT u.own_id, p.label, bool_or(u.level = 0) AS is_innermost
    FROM up AS u JOIN _place AS p USING (place_id)
    WHERE p.is_operator
    GROUP BY ALL
),
carried_there AS (
    SELECT s.piece_id, r.label, bool_or(s.level = 0) AS is_innermost
    FROM _range_stack AS s SEMI JOIN _tangled_work USING (piece_id) JOIN operator__range AS r USING (range_id)
    GROUP BY ALL
),
work AS (
    SELECT label AS name, sum(n) AS n, sum(ns) AS ns,
        sum(n) FILTER (is_innermost) AS own_n, sum(ns) FILTER (is_innermost) AS own_ns
    FROM (
        SELECT c.label, c.is_innermost, o.n, o.ns FROM carried AS c JOIN _place_work AS o ON o.place_id = c.own_id
        UNION ALL
        SELECT c.label, c.is_innermost, t.n, t.ns FROM carried_there AS c JOIN _tangled_work AS t USING (piece_id)
    )
    GROUP BY label
)
SELECT i.name, i.instance_count, i.merged_count,
    coalesce(w.n, 0)::BIGINT AS operation_count, coalesce(w.ns, 0)::BIGINT AS sum_ns,
    coalesce(w.own_n, 0)::BIGINT AS exclusive_count, coalesce(w.own_ns, 0)::BIGINT AS exclusive_ns,
    i.wall_ns, i.median_wall_ns
FROM instance AS i LEFT JOIN work AS w USING (name)
ORDER BY exclusive_ns DESC, sum_ns DESC, name
