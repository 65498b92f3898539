-- One row per kernel name across all files, and one per kernel name and file, ordered by file (all files first) and
-- total duration, longest first.
-- over: ranks
--
-- file_number     BIGINT   -      file number, starting at 0; NULL for all files
-- file            VARCHAR  -      file name; NULL for all files
-- name            VARCHAR  -      kernel name
-- share_percent   DOUBLE   -      sum_ns as a percentage of the total for the file or for all files
-- sum_ns          BIGINT   ns     total duration
-- instance_count  BIGINT   count  number of executions
-- mean_ns         DOUBLE   ns     mean duration
-- q1_ns           DOUBLE   ns     first quartile as defined by nsys stats
-- median_ns       DOUBLE   ns     median duration
-- q3_ns           DOUBLE   ns     third quartile as defined by nsys stats
-- min_ns          BIGINT   ns     minimum duration
-- max_ns          BIGINT   ns     maximum duration
-- stddev_ns       DOUBLE   ns     sample standard deviation; 0 for a single value
-- min_files       VARCHAR  -      files with the minimum; NULL in per-file rows
-- max_files       VARCHAR  -      files with the maximum; NULL in per-file rows
--
-- nsys: file = File
-- nsys: name = Name
-- nsys: share_percent = Time
-- nsys: sum_ns = Total Time
-- nsys: instance_count = Instances
-- nsys: mean_ns = Avg
-- nsys: q1_ns = Q1
-- nsys: median_ns = Med
-- nsys: q3_ns = Q3
-- nsys: min_ns = Min
-- nsys: max_ns = Max
-- nsys: stddev_ns = StdDev
-- nsys: min_files = Min File
-- nsys: max_files = Max File
WITH value AS (
    SELECT f.file_number, f.file, v.name, v.value, v.count
    FROM recipe__kernel AS v JOIN recipe__file AS f USING (rank)
)
SELECT file_number, file, name,
    100.0 * sum / nullif(sum(sum) OVER (PARTITION BY file_number), 0) AS share_percent,
    sum AS sum_ns, count AS instance_count,
    mean AS mean_ns, q1 AS q1_ns, median AS median_ns, q3 AS q3_ns, min AS min_ns, max AS max_ns,
    coalesce(stddev, 0) AS stddev_ns, lowest AS min_files, highest AS max_files
FROM spread_by_file(value)
ORDER BY file_number NULLS FIRST, sum_ns DESC, name
