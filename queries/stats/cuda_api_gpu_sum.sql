-- One row per API function, kernel name, kind of copy or memset; longest total first.
--
-- time_percent    DOUBLE  -      Time:ratio_% | share of the sum of all totals
-- total_ns        BIGINT  ns     Total Time:dur_ns | sum of the durations
-- instance_count  BIGINT  count  Instances | calls or executions
-- average_ns      DOUBLE  ns     Avg:dur_ns | mean duration
-- median_ns       DOUBLE  ns     Med:dur_ns | median duration
-- minimum_ns      BIGINT  ns     Min:dur_ns | shortest
-- maximum_ns      BIGINT  ns     Max:dur_ns | longest
-- deviation_ns    DOUBLE  ns     StdDev:dur_ns | sample standard deviation; 0 of a single one
-- category        VARCHAR -      Category | CUDA_API, CUDA_KERNEL or MEMORY_OPER
-- operation       VARCHAR -      Operation | function, kernel, direction of the copy, or memset
WITH summary AS (
    SELECT 'CUDA_KERNEL' AS category, name AS operation, s FROM stats__kernel_summary
    UNION ALL
    SELECT 'MEMORY_OPER', operation, spread(duration_ns) FROM stats__memory GROUP BY operation
    UNION ALL
    SELECT 'CUDA_API', n.name, c.s
    FROM (
        SELECT n.same_id AS name_id, spread(c.duration_ns) AS s
        FROM _api_call AS c JOIN _call_name AS n USING (name_id)
        GROUP BY n.same_id
    ) AS c JOIN _call_name AS n USING (name_id)
)
SELECT
    100.0 * s.total / sum(s.total) OVER () AS time_percent,
    s.total AS total_ns, s.count AS instance_count, s.mean AS average_ns, s.median AS median_ns,
    s.least AS minimum_ns, s.most AS maximum_ns, s.deviation AS deviation_ns,
    category, operation
FROM summary
ORDER BY total_ns DESC, operation, category
