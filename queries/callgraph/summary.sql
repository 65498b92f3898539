-- One row per group of the call graph: the time of its members, regardless of the caller, ordered by sum_ns, then by
-- wall_ns, largest first, with groups without ranges last. Groups nest: work inside a member counts in each enclosing
-- group.
--
-- group_id         INTEGER  -      position of the group in the output of `callgraph group`
-- line             VARCHAR  -      the group as text, such as model.layers[0..11] for 12
-- kind             VARCHAR  -      for: a family of similar modules; parfor: a module that its parent calls repeatedly
-- count            BIGINT   count  modules of the family; calls of a module by its parent, in the call graph
-- stage            VARCHAR  -      part of the model that the group belongs to; NULL if there is none
-- parent           VARCHAR  -      module that calls it; NULL for the model itself
-- member_count     BIGINT   count  modules in the group
-- measured_count   BIGINT   count  modules in the group with ranges in the trace
-- instance_count   BIGINT   count  number of their ranges, which are calls; a range nested in another one of the group
--     is not counted
-- operation_count  BIGINT   count  GPU operations launched inside; NULL if the trace has no ranges of the group
-- sum_ns           BIGINT   ns     sum of their durations, each operation counted once; NULL if the trace has no ranges
--     of the group
-- share_ratio      DOUBLE   ratio  sum_ns divided by the time of all GPU operations
-- member_ns        DOUBLE   ns     sum_ns divided by measured_count
-- slowest          VARCHAR  -      member with the largest sum; NULL if only one was measured, or if members share a
--     range
-- slowest_ns       BIGINT   ns     sum of the slowest member
-- wall_ns          BIGINT   ns     duration on the CPU, summed over instances; NULL if the trace has no ranges of the
--     group
WITH owned AS (
    SELECT a.piece_id, count(*) AS n, sum(o.duration_ns) AS ns
    FROM _launched AS a JOIN _gpu_operation AS o USING (operation_id)
    WHERE a.piece_id IS NOT NULL
    GROUP BY a.piece_id
),
described AS (
    SELECT group_id, any_value(line) AS line, any_value(kind) AS kind, any_value(count) AS count,
        any_value(stage) AS stage, any_value(parent) AS parent, count(DISTINCT member) AS member_count
    FROM callgraph_module GROUP BY group_id
),
instance AS (
    SELECT g.group_id, count(*) AS instance_count, sum(r.end_ns - r.start_ns)::BIGINT AS wall_ns
    FROM callgraph__range AS g JOIN _range AS r USING (range_id)
    WHERE g.is_outermost
    GROUP BY g.group_id
),
work AS (
    SELECT c.group_id, sum(o.n)::BIGINT AS n, sum(o.ns)::BIGINT AS ns
    FROM (
        SELECT DISTINCT g.group_id, s.piece_id FROM callgraph__range AS g JOIN _range_stack AS s USING (range_id)
    ) AS c
    JOIN owned AS o USING (piece_id)
    GROUP BY c.group_id
),
measured AS (SELECT group_id, count(DISTINCT member) AS measured_count FROM callgraph__member GROUP BY group_id),
shared AS (
    SELECT DISTINCT group_id FROM callgraph__member GROUP BY group_id, range_name HAVING count(DISTINCT member) > 1
),
single AS (
    SELECT c.group_id, c.member, sum(o.ns)::BIGINT AS ns
    FROM (
        SELECT DISTINCT m.group_id, m.member, s.piece_id
        FROM callgraph__member AS m
        JOIN callgraph__range AS g USING (group_id, range_name)
        JOIN _range_stack AS s USING (range_id)
        WHERE m.group_id NOT IN (FROM shared)
    ) AS c
    JOIN owned AS o USING (piece_id)
    GROUP BY c.group_id, c.member
),
slowest AS (
    SELECT group_id, arg_max(member, (ns, member)) AS slowest, max(ns) AS slowest_ns
    FROM single GROUP BY group_id HAVING count(*) > 1
)
SELECT d.group_id, d.line, d.kind, d.count, d.stage, d.parent, d.member_count,
    coalesce(m.measured_count, 0) AS measured_count, coalesce(i.instance_count, 0) AS instance_count,
    CASE WHEN i.instance_count > 0 THEN coalesce(w.n, 0) END AS operation_count,
    CASE WHEN i.instance_count > 0 THEN coalesce(w.ns, 0) END AS sum_ns,
    CASE WHEN i.instance_count > 0 THEN coalesce(w.ns, 0) END
        / nullif((SELECT sum(duration_ns) FROM _gpu_operation), 0) AS share_ratio,
    CASE WHEN i.instance_count > 0 THEN coalesce(w.ns, 0) END / nullif(m.measured_count, 0) AS member_ns,
    s.slowest, s.slowest_ns, i.wall_ns
FROM described AS d
LEFT JOIN measured AS m USING (group_id)
LEFT JOIN instance AS i USING (group_id)
LEFT JOIN work AS w USING (group_id)
LEFT JOIN slowest AS s USING (group_id)
ORDER BY sum_ns DESC NULLS LAST, wall_ns DESC NULLS LAST, group_id
