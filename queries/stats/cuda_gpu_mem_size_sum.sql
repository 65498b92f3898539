-- One row per copy direction or memset, ordered by total size, largest first.
--
-- sum_bytes        BIGINT   bytes  total size
-- operation_count  BIGINT   count  number of operations
-- mean_bytes       DOUBLE   bytes  mean size
-- median_bytes     VARCHAR  bytes  median size as printed by nsys
-- min_bytes        BIGINT   bytes  minimum size
-- max_bytes        BIGINT   bytes  maximum size
-- stddev_bytes     DOUBLE   bytes  sample standard deviation; 0 for a single value
-- operation        VARCHAR  -      copy direction, or memset
-- q1_bytes         VARCHAR  bytes  first quartile as printed by nsys
-- q3_bytes         VARCHAR  bytes  third quartile as printed by nsys
--
-- nsys: sum_bytes = Total:mem_B
-- nsys: operation_count = Count
-- nsys: mean_bytes = Avg:mem_B
-- nsys: median_bytes = Med:mem_B
-- nsys: min_bytes = Min:mem_B
-- nsys: max_bytes = Max:mem_B
-- nsys: stddev_bytes = StdDev:mem_B
-- nsys: operation = Operation
-- nsys: q1_bytes = _Q1
-- nsys: q3_bytes = _Q3
WITH summary AS (
    -- Sizes are printed with all digits, and rounding errors of the deviation depend on the order of summation, so the
    -- order is fixed.
    SELECT operation, spread(bytes) AS s, quarters(bytes) AS q,
        coalesce(stddev_samp(bytes ORDER BY operation_id), 0) AS deviation
    FROM stats__memory
    GROUP BY operation
)
SELECT
    s.sum AS sum_bytes, s.count AS operation_count, s.mean AS mean_bytes, quarter_text(q, 2) AS median_bytes,
    s.min AS min_bytes, s.max AS max_bytes, deviation AS stddev_bytes, operation,
    quarter_text(q, 1) AS q1_bytes, quarter_text(q, 3) AS q3_bytes
FROM summary
ORDER BY sum_bytes DESC, operation
