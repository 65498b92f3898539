-- One row per place in the program, seen through CUDA graphs: what it is compared by with another capture; ordered
-- by sum_ns, largest first.
-- materialized: small, and the same for every comparison.
--
-- name             VARCHAR   -      labels of the layer that was captured, or else of the range, joined by /; (unattributed) where there is none
-- detail           VARCHAR   -      empty
-- class            VARCHAR   -      empty
-- instance_count   BIGINT    count  GPU operations that it launched
-- sum_ns           BIGINT    ns     sum of their durations
-- quantiles        BIGINT[]  ns     50 of them, at 1 %, 3 % ... 99 % in order of length
-- early_median_ns  DOUBLE    ns     median of those in the first half of the GPU's time; NULL where there are none
-- late_median_ns   DOUBLE    ns     median of the others
SELECT coalesce(g.rolled_path, '(unattributed)') AS name, '' AS detail, '' AS class, unnest(g.p)
FROM (
    SELECT p.rolled_path, profile(o.duration_ns, o.start_ns < m.at_ns) AS p
    FROM attribution AS a
    JOIN _gpu_operation AS o USING (operation_id)
    LEFT JOIN _range_path AS p ON p.range_id = coalesce(a.layer_range_id, a.range_id), change__middle AS m
    GROUP BY p.rolled_path
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
