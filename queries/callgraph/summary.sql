-- One row per group in the call graph, with the total time of its members over all callers, ordered by sum_ns, then by
-- wall_ns, largest first. Groups without ranges come last. Groups can be nested, so work inside a member counts
-- toward every enclosing group.
--
-- group_id         INTEGER  -      position of the group in the output of `callgraph group`
-- line             VARCHAR  -      the group in text form; for example, model.layers[0..11] for 12 layers
-- kind             VARCHAR  -      for: a family of similar modules; parfor: a module that its parent calls repeatedly
-- count            BIGINT   count  for: number of modules in the family; parfor: number of calls to the module from its
--     parent, in the call graph
-- stage            VARCHAR  -      part of the model to which the group belongs; NULL if there is none
-- parent           VARCHAR  -      module that calls the modules in the group; NULL for the model itself
-- member_count     BIGINT   count  number of modules in the group
-- measured_count   BIGINT   count  number of modules in the group that have ranges in the trace
-- instance_count   BIGINT   count  number of ranges of these modules, one per call; a range nested in another range of
--     the group is not counted
-- operation_count  BIGINT   count  number of GPU operations launched in these ranges; NULL if the trace has no ranges
--     for the group
-- sum_ns           BIGINT   ns     sum of the durations of these operations, each counted once; NULL if the trace has
--     no ranges for the group
-- share_ratio      DOUBLE   ratio  sum_ns divided by the total duration of all GPU operations
-- member_ns        DOUBLE   ns     sum_ns divided by measured_count
-- slowest          VARCHAR  -      member with the largest sum_ns; NULL if only one member was measured, or if several
--     members share a range
-- slowest_ns       BIGINT   ns     sum_ns of the slowest member
-- wall_ns          BIGINT   ns     sum of the range durations on the CPU; NULL if the trace has no ranges for the group
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
