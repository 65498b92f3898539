-- One row per kernel name, ordered by total duration (longest first) and number of executions (fewest first).
--
-- share_percent   DOUBLE   -      sum_ns as a percentage of the sum over all rows
-- sum_ns          BIGINT   ns     total duration
-- instance_count  BIGINT   count  number of executions
-- mean_ns         DOUBLE   ns     mean duration
-- median_ns       DOUBLE   ns     median duration
-- min_ns          BIGINT   ns     minimum duration
-- max_ns          BIGINT   ns     maximum duration
-- stddev_ns       DOUBLE   ns     sample standard deviation; 0 for a single value
-- name            VARCHAR  -      kernel name
-- q1_ns           VARCHAR  ns     first quartile as printed by nsys
-- q3_ns           VARCHAR  ns     third quartile as printed by nsys
--
-- nsys: share_percent = Time:ratio_%
-- nsys: sum_ns = Total Time:dur_ns
-- nsys: instance_count = Instances
-- nsys: mean_ns = Avg:dur_ns
-- nsys: median_ns = Med:dur_ns
-- nsys: min_ns = Min:dur_ns
-- nsys: max_ns = Max:dur_ns
-- nsys: stddev_ns = StdDev:dur_ns
-- nsys: name = Name
-- nsys: q1_ns = _Q1
-- nsys: q3_ns = _Q3
SELECT
    100.0 * s.sum / sum(s.sum) OVER (PARTITION BY 1) AS share_percent,
    s.sum AS sum_ns, s.count AS instance_count, s.mean AS mean_ns, s.median AS median_ns,
    s.min AS min_ns, s.max AS max_ns, s.stddev AS stddev_ns,
    name,
    quarter_text(q, 1) AS q1_ns, quarter_text(q, 3) AS q3_ns
FROM stats__kernel_summary
ORDER BY sum_ns DESC, instance_count, name
