-- One row per kernel name, grid and block, with the statistics used to compare captures, ordered by sum_ns, largest
-- first.
-- materialized: every comparison reads it.
--
-- name             VARCHAR   -      demangled kernel name
-- detail           VARCHAR   -      grid and block
-- class            VARCHAR   -      kernel class (see kernel_rule)
-- instance_count   BIGINT    count  number of launches
-- sum_ns           BIGINT    ns     total duration
-- quantiles        BIGINT[]  ns     50 quantiles of the durations, at 1 %, 3 %, ..., 99 %
-- early_median_ns  DOUBLE    ns     median duration of the launches that start in the first half of the GPU activity;
--                                   NULL if there are none
-- late_median_ns   DOUBLE    ns     median duration of the remaining launches; NULL if there are none
SELECT coalesce(g.name, '(no name)') AS name, g.detail, g.class, unnest(g.p)
FROM (
    SELECT any_value(n.name) AS name, any_value(c.class) AS class,
        any_value(launch_text(grid_x, grid_y, grid_z, block_x, block_y, block_z)) AS detail,
        profile(k.duration_ns, k.start_ns < m.at_ns) AS p
    FROM _kernel AS k
    LEFT JOIN _kernel_name AS n USING (name_id)
    LEFT JOIN kernel__class AS c USING (name_id), change__middle AS m
    GROUP BY n.same_id, hash(grid_x, grid_y, grid_z, block_x, block_y, block_z)
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
