-- One row per copy direction or memset, ordered by total duration, longest first.
--
-- share_percent    DOUBLE   -      sum_ns as a percentage of the sum over all rows
-- sum_ns           BIGINT   ns     total duration
-- operation_count  BIGINT   count  number of operations
-- mean_ns          DOUBLE   ns     mean duration
-- median_ns        DOUBLE   ns     median duration
-- min_ns           BIGINT   ns     minimum duration
-- max_ns           BIGINT   ns     maximum duration
-- stddev_ns        DOUBLE   ns     sample standard deviation; 0 for a single value
-- operation        VARCHAR  -      copy direction, or memset
-- q1_ns            VARCHAR  ns     first quartile as printed by nsys
-- q3_ns            VARCHAR  ns     third quartile as printed by nsys
--
-- nsys: share_percent = Time:ratio_%
-- nsys: sum_ns = Total Time:dur_ns
-- nsys: operation_count = Count
-- nsys: mean_ns = Avg:dur_ns
-- nsys: median_ns = Med:dur_ns
-- nsys: min_ns = Min:dur_ns
-- nsys: max_ns = Max:dur_ns
-- nsys: stddev_ns = StdDev:dur_ns
-- nsys: operation = Operation
-- nsys: q1_ns = _Q1
-- nsys: q3_ns = _Q3
WITH summary AS (
    SELECT operation, spread(duration_ns) AS s,
        quarters(duration_ns) AS q
    FROM stats__memory
    GROUP BY ALL
)
SELECT
    100.0 * s.sum / sum(s.sum) OVER (PARTITION BY 1) AS share_percent,
    s.sum AS sum_ns, s.count AS operation_count, s.mean AS mean_ns, s.median AS median_ns,
    s.min AS min_ns, s.max AS max_ns, s.stddev AS stddev_ns,
    operation,
    quarter_text(q, 1) AS q1_ns, quarter_text(q, 3) AS q3_ns
FROM summary
ORDER BY sum_ns DESC, operation
