-- One row per CUDA API function: what it is compared by with another capture; ordered
-- by sum_ns, largest first.
-- materialized: small, and the same for every comparison.
--
-- name             VARCHAR   -      function
-- detail           VARCHAR   -      empty
-- class            VARCHAR   -      empty
-- instance_count   BIGINT    count  calls
-- sum_ns           BIGINT    ns     sum of their durations on the CPU
-- quantiles        BIGINT[]  ns     50 of them, at 1 %, 3 % ... 99 % in order of length
-- early_median_ns  DOUBLE    ns     median of those in the first half of the GPU's time; NULL where there are none
-- late_median_ns   DOUBLE    ns     median of the others
SELECT coalesce(g.name, '(no name)') AS name, '' AS detail, '' AS class, unnest(g.p)
FROM (
    SELECT any_value(n.name) AS name, profile(c.duration_ns, c.start_ns < m.at_ns) AS p
    FROM _api_call AS c LEFT JOIN _call_name AS n USING (name_id), change__middle AS m
    GROUP BY n.same_id
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
