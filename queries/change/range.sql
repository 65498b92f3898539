-- One row per place in the program, a rolled-up path: what it is compared by with another capture; ordered
-- by sum_ns, largest first.
-- materialized: small, and the same for every comparison.
--
-- name             VARCHAR   -      labels from the outermost range in, joined by /; (unattributed) where there is none
-- detail           VARCHAR   -      empty
-- class            VARCHAR   -      empty
-- instance_count   BIGINT    count  GPU operations whose innermost range it is
-- sum_ns           BIGINT    ns     sum of their durations
-- quantiles        BIGINT[]  ns     50 of them, at 1 %, 3 % ... 99 % in order of length
-- early_median_ns  DOUBLE    ns     median of those in the first half of the GPU's time; NULL where there are none
-- late_median_ns   DOUBLE    ns     median of the others
SELECT coalesce(g.rolled_path, '(unattributed)') AS name, '' AS detail, '' AS class, unnest(g.p)
FROM (
    SELECT p.rolled_path, profile(a.end_ns - a.start_ns, a.start_ns < m.at_ns) AS p
    FROM _launched AS a LEFT JOIN _range_path AS p USING (range_id), change__middle AS m
    GROUP BY p.rolled_path
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
