-- One row per NVTX range name across all files, and one per name and file, ordered by file (rows for all files first)
-- and name.
-- over: ranks
--
-- file_number     BIGINT   -      file number, starting at 0; NULL for all files
-- file            VARCHAR  -      file name; NULL for all files
-- place           BIGINT   -      index of the file among the files that have rows, starting at 0; NULL for all files
-- name            VARCHAR  -      NVTX range name
-- instance_count  BIGINT   count  number of ranges
-- mean_ns         DOUBLE   ns     mean duration
-- stddev_ns       DOUBLE   ns     sample standard deviation; NULL for a single value
-- min_ns          BIGINT   ns     minimum duration
-- q1_ns           DOUBLE   ns     first quartile, interpolated
-- median_ns       DOUBLE   ns     median duration
-- q3_ns           DOUBLE   ns     third quartile, interpolated
-- max_ns          BIGINT   ns     maximum duration
-- sum_ns          BIGINT   ns     total duration
--
-- nsys: file = File
-- nsys: place = Rank
-- nsys: name = Text
-- nsys: instance_count = Count
-- nsys: mean_ns = Mean
-- nsys: stddev_ns = Std
-- nsys: min_ns = Min
-- nsys: q1_ns = Q1
-- nsys: median_ns = Median
-- nsys: q3_ns = Q3
-- nsys: max_ns = Max
-- nsys: sum_ns = Sum
WITH value AS (
    SELECT f.file_number, f.file, v.name, v.value, v.count
    FROM recipe__range AS v JOIN recipe__file AS f USING (rank)
)
SELECT file_number, file, place, name, count AS instance_count, mean AS mean_ns, stddev AS stddev_ns, min AS min_ns,
    q1_linear AS q1_ns, median AS median_ns, q3_linear AS q3_ns, max AS max_ns, sum AS sum_ns
FROM spread_by_file(value)
ORDER BY file_number NULLS FIRST, name
