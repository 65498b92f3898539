-- One row per stage, with the statistics used to compare captures, ordered by sum_ns, largest first.
-- materialized: the result is small and the same for every comparison.
--
-- name             VARCHAR   -      stage name
-- detail           VARCHAR   -      always empty
-- class            VARCHAR   -      always empty
-- instance_count   BIGINT    count  number of instances with GPU operations
-- sum_ns           BIGINT    ns     sum of the GPU spans of the instances; a span is the time from the start of an
--                                   instance's first operation to the end of its last one
-- quantiles        BIGINT[]  ns     50 quantiles of the spans, at 1 %, 3 %, ..., 99 %
-- early_median_ns  DOUBLE    ns     median span of the instances that start in the first half of the GPU activity; NULL
--                                   if there are none
-- late_median_ns   DOUBLE    ns     median span of the remaining instances; NULL if there are none
SELECT g.stage AS name, '' AS detail, '' AS class, unnest(g.p)
FROM (
    SELECT i.stage, profile(i.span_ns, i.start_ns < m.at_ns) AS p
    FROM stage__instance AS i, change__middle AS m
    WHERE i.span_ns IS NOT NULL
    GROUP BY i.stage
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
