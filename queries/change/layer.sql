-- One row per place in the program, with the statistics used to compare captures, ordered by sum_ns, largest first.
-- Operations in CUDA graphs are resolved to the layer in which they were captured.
-- materialized: the result is small and the same for every comparison.
--
-- name             VARCHAR   -      path of the captured layer, or of the range if there is no captured layer, as
--                                   labels joined by /; (unattributed) if there is neither
-- detail           VARCHAR   -      always empty
-- class            VARCHAR   -      always empty
-- instance_count   BIGINT    count  number of GPU operations attributed to this place
-- sum_ns           BIGINT    ns     total duration
-- quantiles        BIGINT[]  ns     50 quantiles of the durations, at 1 %, 3 %, ..., 99 %
-- early_median_ns  DOUBLE    ns     median duration of the operations that start in the first half of the GPU activity;
--                                   NULL if there are none
-- late_median_ns   DOUBLE    ns     median duration of the remaining operations; NULL if there are none
SELECT coalesce(g.rolled_path, '(unattributed)') AS name, '' AS detail, '' AS class, unnest(g.p)
FROM (
    SELECT p.rolled_path, profile(o.duration_ns, o.start_ns < m.at_ns) AS p
    FROM attribution AS a
    JOIN _gpu_operation AS o USING (operation_id)
    LEFT JOIN _range_path AS p ON p.range_id = coalesce(a.layer_range_id, a.range_id), change__middle AS m
    GROUP BY p.rolled_path
) AS g
ORDER BY g.p.sum_ns DESC, name, detail
