-- One row per operator recorded as a range, such as aten::mm, with the statistics used to compare captures, ordered by
-- sum_ns, largest first.
-- materialized: the result is small and the same for every comparison.
--
-- name             VARCHAR   -      operator label
-- detail           VARCHAR   -      always empty
-- class            VARCHAR   -      always empty
-- instance_count   BIGINT    count  number of GPU operations whose innermost range is this operator
-- sum_ns           BIGINT    ns     total duration
-- quantiles        BIGINT[]  ns     50 quantiles of the durations, at 1 %, 3 %, ..., 99 %
-- early_median_ns  DOUBLE    ns     median duration of the operations that start in the first half of the GPU activity;
--                                   NULL if there are none
-- late_median_ns   DOUBLE    ns     median duration of the remaining operations; NULL if there are none
SELECT g.label AS name, '' AS detail, '' AS class, unnest(g.p)
FROM (
    SELECT r.label, profile(a.end_ns - a.start_ns, a.start_ns < m.at_ns) AS p
    FROM _launched AS a JOIN operator__range AS r USING (range_id), change__middle AS m
    GROUP BY r.label
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
