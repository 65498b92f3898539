-- One row per operation type (copy direction or memset) across all files, and one per operation type and file, ordered
-- by file (all files first) and total size, largest first.
-- over: ranks
--
-- file_number      BIGINT   -      file number, starting at 0; NULL for all files
-- file             VARCHAR  -      file name; NULL for all files
-- operation        VARCHAR  -      copy direction, or memset
-- sum_bytes        BIGINT   bytes  total size
-- operation_count  BIGINT   count  number of operations
-- mean_bytes       DOUBLE   bytes  mean size
-- q1_bytes         DOUBLE   bytes  first quartile as defined by nsys stats
-- median_bytes     DOUBLE   bytes  median size
-- q3_bytes         DOUBLE   bytes  third quartile as defined by nsys stats
-- min_bytes        BIGINT   bytes  minimum size
-- max_bytes        BIGINT   bytes  maximum size
-- stddev_bytes     DOUBLE   bytes  sample standard deviation; 0 for a single value
-- min_files        VARCHAR  -      files with the minimum; NULL in per-file rows
-- max_files        VARCHAR  -      files with the maximum; NULL in per-file rows
--
-- nsys: file = File
-- nsys: operation = Operation
-- nsys: sum_bytes = Total
-- nsys: operation_count = Count
-- nsys: mean_bytes = Avg
-- nsys: q1_bytes = Q1
-- nsys: median_bytes = Med
-- nsys: q3_bytes = Q3
-- nsys: min_bytes = Min
-- nsys: max_bytes = Max
-- nsys: stddev_bytes = StdDev
-- nsys: min_files = Min File
-- nsys: max_files = Max File
WITH value AS (
    SELECT f.file_number, f.file, v.name, v.bytes AS value, v.count
    FROM recipe__memory AS v JOIN recipe__file AS f USING (rank)
)
SELECT file_number, file, name AS operation,
    sum AS sum_bytes, count AS operation_count,
    mean AS mean_bytes, q1 AS q1_bytes, median AS median_bytes, q3 AS q3_bytes, min AS min_bytes, max AS max_bytes,
    coalesce(stddev, 0) AS stddev_bytes, lowest AS min_files, highest AS max_files
FROM spread_by_file(value)
ORDER BY file_number NULLS FIRST, sum_bytes DESC, name
