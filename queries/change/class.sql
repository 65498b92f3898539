-- One row per kernel class, with the statistics used to compare captures, ordered by sum_ns, largest first.
-- materialized: the result is small and the same for every comparison.
--
-- name             VARCHAR   -      kernel class (see kernel_rule)
-- detail           VARCHAR   -      always empty
-- class            VARCHAR   -      same as name
-- instance_count   BIGINT    count  number of kernels
-- sum_ns           BIGINT    ns     total duration
-- quantiles        BIGINT[]  ns     50 quantiles of the durations, at 1 %, 3 %, ..., 99 %
-- early_median_ns  DOUBLE    ns     median duration of the kernels that start in the first half of the GPU activity;
--                                   NULL if there are none
-- late_median_ns   DOUBLE    ns     median duration of the remaining kernels; NULL if there are none
SELECT g.class AS name, '' AS detail, g.class, unnest(g.p)
FROM (
    SELECT c.class, profile(k.duration_ns, k.start_ns < m.at_ns) AS p
    FROM _kernel AS k JOIN kernel__class AS c ON c.name_id IS NOT DISTINCT FROM k.name_id, change__middle AS m
    GROUP BY c.class
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
