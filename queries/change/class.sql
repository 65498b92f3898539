-- One row per class of kernels: what it is compared by with another capture; ordered
-- by sum_ns, largest first.
-- materialized: small, and the same for every comparison.
--
-- name             VARCHAR   -      kind of work, see kernel_rule
-- detail           VARCHAR   -      empty
-- class            VARCHAR   -      the same
-- instance_count   BIGINT    count  kernels
-- sum_ns           BIGINT    ns     sum of their durations
-- quantiles        BIGINT[]  ns     50 of them, at 1 %, 3 % ... 99 % in order of length
-- early_median_ns  DOUBLE    ns     median of those in the first half of the GPU's time; NULL where there are none
-- late_median_ns   DOUBLE    ns     median of the others
SELECT g.class AS name, '' AS detail, g.class, unnest(g.p)
FROM (
    SELECT c.class, profile(k.duration_ns, k.start_ns < m.at_ns) AS p
    FROM _kernel AS k JOIN kernel__class AS c ON c.name_id IS NOT DISTINCT FROM k.name_id, change__middle AS m
    GROUP BY c.class
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
