-- One row per NVTX range name and style, for ranges that contain GPU operations, ordered by total projected time,
-- longest first.
-- materialized: the medians of all names require sorting.
--
-- name             VARCHAR  -      domain and name of the range
-- style            VARCHAR  -      PushPop or StartEnd
-- projected_ns     BIGINT   ns     sum of the GPU spans of these ranges, each from the first operation to the last one
-- duration_ns      BIGINT   ns     sum of the durations of these ranges on the CPU
-- instance_count   BIGINT   count  number of ranges
-- mean_ns          DOUBLE   ns     mean span
-- median_ns        DOUBLE   ns     median span
-- min_ns           BIGINT   ns     shortest span
-- max_ns           BIGINT   ns     longest span
-- stddev_ns        DOUBLE   ns     sample standard deviation; 0 for a single value
-- operation_count  BIGINT   count  number of kernels, copies and memsets launched in these ranges
-- mean_operations  DOUBLE   -      mean number of operations per range
-- mean_level       DOUBLE   -      mean number of enclosing ranges with GPU operations
-- mean_children    DOUBLE   -      mean number of direct children with GPU operations
--
-- nsys: name = Range
-- nsys: style = Style
-- nsys: projected_ns = Total Proj Time:dur_ns
-- nsys: duration_ns = Total Range Time:dur_ns
-- nsys: instance_count = Range Instances
-- nsys: mean_ns = Proj Avg:dur_ns
-- nsys: median_ns = Proj Med:dur_ns
-- nsys: min_ns = Proj Min:dur_ns
-- nsys: max_ns = Proj Max:dur_ns
-- nsys: stddev_ns = Proj StdDev:dur_ns
-- nsys: operation_count = Total GPU Ops
-- nsys: mean_operations = Avg GPU Ops
-- nsys: mean_level = Avg Range Lvl
-- nsys: mean_children = Avg Num Child
WITH projected AS (
    SELECT r.named_id, r.is_sole, p.end_ns - p.start_ns AS span_ns, r.duration_ns, p.operation_count, t.level,
        t.child_count
    FROM stats__projected AS p
    JOIN stats__projected_tree AS t USING (range_id)
    JOIN stats__range AS r USING (range_id)
),
summary AS (
    SELECT named_id, spread(span_ns) AS s, sum(duration_ns)::BIGINT AS duration_ns,
        sum(operation_count)::BIGINT AS operation_count, avg(level) AS mean_level,
        avg(child_count) AS mean_children
    FROM projected
    WHERE NOT is_sole
    GROUP BY named_id
    UNION ALL
    SELECT named_id, spread_of_one(span_ns), duration_ns, operation_count, level, child_count
    FROM projected
    WHERE is_sole
)
SELECT
    n.name, n.style, s.sum AS projected_ns, duration_ns, s.count AS instance_count, s.mean AS mean_ns,
    s.median AS median_ns, s.min AS min_ns, s.max AS max_ns, s.stddev AS stddev_ns, operation_count,
    operation_count / s.count AS mean_operations, mean_level, mean_children
FROM summary AS m JOIN stats__range_text AS n ON n.first_id = m.named_id
ORDER BY projected_ns DESC, n.name, n.style
