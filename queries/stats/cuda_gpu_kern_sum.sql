-- One row per kernel name; longest total first.
--
-- time_percent    DOUBLE  -      Time:ratio_% | share of the sum of all totals
-- total_ns        BIGINT  ns     Total Time:dur_ns | sum of the durations
-- instance_count  BIGINT  count  Instances | executions
-- average_ns      DOUBLE  ns     Avg:dur_ns | mean duration
-- median_ns       DOUBLE  ns     Med:dur_ns | median duration
-- minimum_ns      BIGINT  ns     Min:dur_ns | shortest
-- maximum_ns      BIGINT  ns     Max:dur_ns | longest
-- deviation_ns    DOUBLE  ns     StdDev:dur_ns | sample standard deviation; 0 of a single one
-- name            VARCHAR -      Name | kernel
-- quarter1_ns     VARCHAR ns     _Q1 | first quartile, as nsys prints it
-- quarter3_ns     VARCHAR ns     _Q3 | third quartile, as nsys prints it
SELECT
    100.0 * s.total / sum(s.total) OVER () AS time_percent,
    s.total AS total_ns, s.count AS instance_count, s.mean AS average_ns, s.median AS median_ns,
    s.least AS minimum_ns, s.most AS maximum_ns, s.deviation AS deviation_ns,
    name,
    quarter_text(q, 1) AS quarter1_ns, quarter_text(q, 3) AS quarter3_ns
FROM stats__kernel_summary
ORDER BY total_ns DESC, name
