-- One row: the statistics of all durations in recipe_nvtx_gpu_proj_pace, in the columns of recipe_nvtx_sum.
-- over: ranks
WITH value AS (
    SELECT p.file_number, p.file, s.value AS name, p.duration_ns AS value, 1 AS count
    FROM recipe_nvtx_gpu_proj_pace AS p JOIN setting AS s ON s.name = 'name'
)
SELECT name, count AS instance_count, mean AS mean_ns, stddev AS stddev_ns, min AS min_ns, q1_linear AS q1_ns,
    median AS median_ns, q3_linear AS q3_ns, max AS max_ns, sum AS sum_ns
FROM spread_by_file(value)
WHERE file_number IS NULL
