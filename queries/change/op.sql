-- One row per operator that ranges name, such as aten::mm: what it is compared by with another capture; ordered
-- by sum_ns, largest first.
-- materialized: small, and the same for every comparison.
--
-- name             VARCHAR   -      label of the operator
-- detail           VARCHAR   -      empty
-- class            VARCHAR   -      empty
-- instance_count   BIGINT    count  GPU operations whose innermost range it is
-- sum_ns           BIGINT    ns     sum of their durations
-- quantiles        BIGINT[]  ns     50 of them, at 1 %, 3 % ... 99 % in order of length
-- early_median_ns  DOUBLE    ns     median of those in the first half of the GPU's time; NULL where there are none
-- late_median_ns   DOUBLE    ns     median of the others
SELECT g.label AS name, '' AS detail, '' AS class, unnest(g.p)
FROM (
    SELECT r.label, profile(a.end_ns - a.start_ns, a.start_ns < m.at_ns) AS p
    FROM _launched AS a JOIN operator__range AS r USING (range_id), change__middle AS m
    GROUP BY r.label
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
