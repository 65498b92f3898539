-- One row per iteration of recipe_nvtx_pace with the statistics of delta_ns across the files that contain the
-- iteration, in the columns of recipe_nvtx_sum, ordered by iteration.
-- over: ranks
SELECT
    count(*) AS instance_count, avg(delta_ns) AS mean_ns, stddev_samp(delta_ns) AS stddev_ns, min(delta_ns) AS min_ns,
    quantile_cont(delta_ns, 0.25) AS q1_ns, median(delta_ns) AS median_ns, quantile_cont(delta_ns, 0.75) AS q3_ns,
    max(delta_ns) AS max_ns, sum(delta_ns)::BIGINT AS sum_ns
FROM recipe_nvtx_pace
GROUP BY iteration
ORDER BY iteration
