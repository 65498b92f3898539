-- One row per kind of copy or memset; longest total first.
--
-- time_percent     DOUBLE  -      Time:ratio_% | share of the sum of all totals
-- total_ns         BIGINT  ns     Total Time:dur_ns | sum of the durations
-- operation_count  BIGINT  count  Count | operations
-- average_ns       DOUBLE  ns     Avg:dur_ns | mean duration
-- median_ns        DOUBLE  ns     Med:dur_ns | median duration
-- minimum_ns       BIGINT  ns     Min:dur_ns | shortest
-- maximum_ns       BIGINT  ns     Max:dur_ns | longest
-- deviation_ns     DOUBLE  ns     StdDev:dur_ns | sample standard deviation; 0 of a single one
-- operation        VARCHAR -      Operation | direction of the copy, or memset
-- quarter1_ns      VARCHAR ns     _Q1 | first quartile, as nsys prints it
-- quarter3_ns      VARCHAR ns     _Q3 | third quartile, as nsys prints it
WITH summary AS (
    SELECT operation, spread(duration_ns) AS s,
        quarters(duration_ns) AS q
    FROM stats__memory
    GROUP BY ALL
)
SELECT
    100.0 * s.total / sum(s.total) OVER () AS time_percent,
    s.total AS total_ns, s.count AS operation_count, s.mean AS average_ns, s.median AS median_ns,
    s.least AS minimum_ns, s.most AS maximum_ns, s.deviation AS deviation_ns,
    operation,
    quarter_text(q, 1) AS quarter1_ns, quarter_text(q, 3) AS quarter3_ns
FROM summary
ORDER BY total_ns DESC, operation
