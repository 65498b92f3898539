-- One row per place in the program (a rolled-up range path), with the statistics used to compare captures, ordered by
-- sum_ns, largest first.
-- materialized: the result is small and the same for every comparison.
--
-- name             VARCHAR   -      labels from the outermost to the innermost range, joined by /; (unattributed) if
--                                   there is no range
-- detail           VARCHAR   -      always empty
-- class            VARCHAR   -      always empty
-- instance_count   BIGINT    count  number of GPU operations whose innermost range is at this place
-- sum_ns           BIGINT    ns     total duration
-- quantiles        BIGINT[]  ns     50 quantiles of the durations, at 1 %, 3 %, ..., 99 %
-- early_median_ns  DOUBLE    ns     median duration of the operations that start in the first half of the GPU activity;
--                                   NULL if there are none
-- late_median_ns   DOUBLE    ns     median duration of the remaining operations; NULL if there are none
SELECT coalesce(g.rolled_path, '(unattributed)') AS name, '' AS detail, '' AS class, unnest(g.p)
FROM (
    SELECT p.rolled_path, profile(a.end_ns - a.start_ns, a.start_ns < m.at_ns) AS p
    FROM _launched AS a LEFT JOIN _range_path AS p USING (range_id), change__middle AS m
    GROUP BY p.rolled_path
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
