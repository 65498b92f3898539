-- One row per CUDA API function over all files, and per file; ordered by file, over all
-- files first, then by total, longest total first.
-- over: ranks
--
-- file_number    BIGINT   -      number of the file, from 0; NULL over all files
-- file           VARCHAR  -      name of the file; NULL over all files
-- name           VARCHAR  -      CUDA API function
-- share_percent  DOUBLE   -      share of the sum of all totals, of the file or of all files
-- sum_ns         BIGINT   ns     sum of the durations
-- call_count     BIGINT   count  calls
-- mean_ns        DOUBLE   ns     mean
-- q1_ns          DOUBLE   ns     first quartile, as nsys stats defines it
-- median_ns      DOUBLE   ns     median
-- q3_ns          DOUBLE   ns     third quartile
-- min_ns         BIGINT   ns     shortest
-- max_ns         BIGINT   ns     longest
-- stddev_ns      DOUBLE   ns     sample standard deviation; 0 of a single one
-- min_files      VARCHAR  -      names of the files with the shortest one; NULL in rows of one file
-- max_files      VARCHAR  -      names of the files with the longest one; NULL in rows of one file
--
-- nsys: file = File
-- nsys: name = Name
-- nsys: share_percent = Time
-- nsys: sum_ns = Total Time
-- nsys: call_count = Num Calls
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
    FROM recipe__api AS v JOIN recipe__file AS f USING (rank)
)
SELECT file_number, file, name,
    100.0 * sum / nullif(sum(sum) OVER (PARTITION BY file_number), 0) AS share_percent,
    sum AS sum_ns, count AS call_count,
    mean AS mean_ns, q1 AS q1_ns, median AS median_ns, q3 AS q3_ns, min AS min_ns, max AS max_ns,
    coalesce(stddev, 0) AS stddev_ns, lowest AS min_files, highest AS max_files
FROM spread_by_file(value)
ORDER BY file_number NULLS FIRST, sum_ns DESC, name
