-- One row per kernel name, grid and block: what it is compared by with another capture; ordered
-- by sum_ns, largest first.
-- materialized: asked for by every comparison.
--
-- name             VARCHAR   -      demangled name
-- detail           VARCHAR   -      grid and block
-- class            VARCHAR   -      kind of work, see kernel_rule
-- instance_count   BIGINT    count  runs
-- sum_ns           BIGINT    ns     sum of their durations
-- quantiles        BIGINT[]  ns     50 of them, at 1 %, 3 % ... 99 % in order of length
-- early_median_ns  DOUBLE    ns     median of those in the first half of the GPU's time; NULL where there are none
-- late_median_ns   DOUBLE    ns     median of the others
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
