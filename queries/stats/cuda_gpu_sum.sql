-- One row per kernel name, copy direction or memset, ordered by total duration, longest first.
--
-- share_percent   DOUBLE   -      sum_ns as a percentage of the sum over all rows
-- sum_ns          BIGINT   ns     total duration
-- instance_count  BIGINT   count  number of executions
-- mean_ns         DOUBLE   ns     mean duration
-- median_ns       DOUBLE   ns     median duration
-- min_ns          BIGINT   ns     minimum duration
-- max_ns          BIGINT   ns     maximum duration
-- stddev_ns       DOUBLE   ns     sample standard deviation; 0 for a single value
-- category        VARCHAR  -      CUDA_KERNEL or MEMORY_OPER
-- operation       VARCHAR  -      kernel name, copy direction, or memset
--
-- nsys: share_percent = Time:ratio_%
-- nsys: sum_ns = Total Time:dur_ns
-- nsys: instance_count = Instances
-- nsys: mean_ns = Avg:dur_ns
-- nsys: median_ns = Med:dur_ns
-- nsys: min_ns = Min:dur_ns
-- nsys: max_ns = Max:dur_ns
-- nsys: stddev_ns = StdDev:dur_ns
-- nsys: category = Category
-- nsys: operation = Operation
WITH summary AS (
    SELECT 'CUDA_KERNEL' AS category, name AS operation, s FROM stats__kernel_summary
    UNION ALL
    SELECT 'MEMORY_OPER', operation, spread(duration_ns) FROM stats__memory GROUP BY operation
)
SELECT
    100.0 * s.sum / sum(s.sum) OVER (PARTITION BY 1) AS share_percent,
    s.sum AS sum_ns, s.count AS instance_count, s.mean AS mean_ns, s.median AS median_ns,
    s.min AS min_ns, s.max AS max_ns, s.stddev AS stddev_ns,
    category, operation
FROM summary
ORDER BY sum_ns DESC, operation, category
