-- One row per CUDA API function, with the statistics used to compare captures, ordered by sum_ns, largest first.
-- materialized: the result is small and the same for every comparison.
--
-- name             VARCHAR   -      function name
-- detail           VARCHAR   -      always empty
-- class            VARCHAR   -      always empty
-- instance_count   BIGINT    count  number of calls
-- sum_ns           BIGINT    ns     total duration on the CPU
-- quantiles        BIGINT[]  ns     50 quantiles of the durations, at 1 %, 3 %, ..., 99 %
-- early_median_ns  DOUBLE    ns     median duration of the calls that start in the first half of the GPU activity; NULL
--                                   if there are none
-- late_median_ns   DOUBLE    ns     median duration of the remaining calls; NULL if there are none
SELECT coalesce(g.name, '(no name)') AS name, '' AS detail, '' AS class, unnest(g.p)
FROM (
    SELECT any_value(n.name) AS name, profile(c.duration_ns, c.start_ns < m.at_ns) AS p
    FROM _api_call AS c LEFT JOIN _call_name AS n USING (name_id), change__middle AS m
    GROUP BY n.same_id
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
