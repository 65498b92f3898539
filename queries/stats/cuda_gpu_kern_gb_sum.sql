-- One row per kernel name, grid and block; longest total first.
--
-- time_percent    DOUBLE  -      Time:ratio_% | share of the sum of all totals
-- total_ns        BIGINT  ns     Total Time:dur_ns | sum of the durations
-- instance_count  BIGINT  count  Instances | executions
-- average_ns      DOUBLE  ns     Avg:dur_ns | mean duration
-- median_ns       DOUBLE  ns     Med:dur_ns | median duration
-- minimum_ns      BIGINT  ns     Min:dur_ns | shortest
-- maximum_ns      BIGINT  ns     Max:dur_ns | longest
-- deviation_ns    DOUBLE  ns     StdDev:dur_ns | sample standard deviation; 0 of a single one
-- grid            VARCHAR -      GridXYZ | blocks in x, y and z
-- block           VARCHAR -      BlockXYZ | threads of a block in x, y and z
-- name            VARCHAR -      Name | kernel
-- quarter1_ns     VARCHAR ns     _Q1 | first quartile, as nsys prints it
-- quarter3_ns     VARCHAR ns     _Q3 | third quartile, as nsys prints it
WITH summary AS (
    SELECT k.range_name, n.same_id AS name_id, k.grid_x, k.grid_y, k.grid_z, k.block_x, k.block_y, k.block_z, spread(k.duration_ns) AS s,
        quarters(k.duration_ns) AS q
    FROM stats__kernel AS k JOIN _kernel_name AS n USING (name_id)
    GROUP BY ALL
)
SELECT
    100.0 * s.total / sum(s.total) OVER () AS time_percent,
    s.total AS total_ns, s.count AS instance_count, s.mean AS average_ns, s.median AS median_ns,
    s.least AS minimum_ns, s.most AS maximum_ns, s.deviation AS deviation_ns,
    extent_text(grid_x, grid_y, grid_z) AS grid, extent_text(block_x, block_y, block_z) AS block, label_text(range_name, n.name) AS name,
    quarter_text(q, 1) AS quarter1_ns, quarter_text(q, 3) AS quarter3_ns
FROM summary JOIN _kernel_name AS n USING (name_id)
ORDER BY total_ns DESC, instance_count, name, grid_x, grid_y, grid_z, block_x, block_y, block_z
