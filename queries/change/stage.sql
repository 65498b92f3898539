-- One row per stage: what it is compared by with another capture; ordered
-- by sum_ns, largest first.
-- materialized: small, and the same for every comparison.
--
-- name             VARCHAR   -      name of the stage
-- detail           VARCHAR   -      empty
-- class            VARCHAR   -      empty
-- instance_count   BIGINT    count  instances with GPU operations
-- sum_ns           BIGINT    ns     sum of their spans: first start to last end on the GPU
-- quantiles        BIGINT[]  ns     50 of them, at 1 %, 3 % ... 99 % in order of length
-- early_median_ns  DOUBLE    ns     median of those in the first half of the GPU's time; NULL where there are none
-- late_median_ns   DOUBLE    ns     median of the others
SELECT g.stage AS name, '' AS detail, '' AS class, unnest(g.p)
FROM (
    SELECT i.stage, profile(i.span_ns, i.start_ns < m.at_ns) AS p
    FROM stage_instance AS i, change__middle AS m
    WHERE i.span_ns IS NOT NULL
    GROUP BY i.stage
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
