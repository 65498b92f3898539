-- One row per name and style of NVTX ranges that hold GPU operations; longest projected total first.
-- materialised: medians of every name, sorted.
--
-- name                 VARCHAR  -      Range | domain and name
-- style                VARCHAR  -      Style | PushPop or StartEnd
-- projected_ns         BIGINT   ns     Total Proj Time:dur_ns | sum of the spans of their operations on the GPU
-- duration_ns          BIGINT   ns     Total Range Time:dur_ns | sum of their wall times
-- instance_count       BIGINT   count  Range Instances | ranges
-- average_ns           DOUBLE   ns     Proj Avg:dur_ns | mean span
-- median_ns            DOUBLE   ns     Proj Med:dur_ns | median span
-- minimum_ns           BIGINT   ns     Proj Min:dur_ns | shortest span
-- maximum_ns           BIGINT   ns     Proj Max:dur_ns | longest span
-- deviation_ns         DOUBLE   ns     Proj StdDev:dur_ns | sample standard deviation; 0 of a single one
-- operation_count      BIGINT   count  Total GPU Ops | kernels, copies and memsets launched in them
-- average_operations   DOUBLE   -      Avg GPU Ops | operations a range
-- average_level        DOUBLE   -      Avg Range Lvl | such ranges around one
-- average_children     DOUBLE   -      Avg Num Child | such ranges right inside one
WITH projected AS (
    SELECT r.named_id, r.is_sole, p.end_ns - p.start_ns AS span_ns, r.duration_ns, p.operation_count, t.level,
        t.child_count
    FROM stats__projected AS p
    JOIN stats__projected_tree AS t USING (range_id)
    JOIN stats__range AS r USING (range_id)
),
summary AS (
    SELECT named_id, spread(span_ns) AS s, sum(duration_ns)::BIGINT AS duration_ns,
        sum(operation_count)::BIGINT AS operation_count, avg(level) AS average_level,
        avg(child_count) AS average_children
    FROM projected
    WHERE NOT is_sole
    GROUP BY named_id
    UNION ALL
    SELECT named_id, spread_of_one(span_ns), duration_ns, operation_count, level, child_count
    FROM projected
    WHERE is_sole
)
SELECT
    n.name, n.style, s.total AS projected_ns, duration_ns, s.count AS instance_count, s.mean AS average_ns,
    s.median AS median_ns, s.least AS minimum_ns, s.most AS maximum_ns, s.deviation AS deviation_ns, operation_count,
    operation_count / s.count AS average_operations, average_level, average_children
FROM summary AS m JOIN stats__range_text AS n ON n.first_id = m.named_id
ORDER BY projected_ns DESC, n.name, n.style
