-- One row per kind of copy or memset; most bytes first.
--
-- total_bytes      BIGINT   bytes  Total:mem_B | sum of the sizes
-- operation_count  BIGINT   count  Count | operations
-- average_bytes    DOUBLE   bytes  Avg:mem_B | mean size
-- median_bytes     VARCHAR  bytes  Med:mem_B | median size, as nsys prints it
-- minimum_bytes    BIGINT   bytes  Min:mem_B | smallest
-- maximum_bytes    BIGINT   bytes  Max:mem_B | largest
-- deviation_bytes  DOUBLE   bytes  StdDev:mem_B | sample standard deviation; 0 of a single one
-- operation        VARCHAR  -      Operation | direction of the copy, or memset
-- quarter1_bytes   VARCHAR  bytes  _Q1 | first quartile, as nsys prints it
-- quarter3_bytes   VARCHAR  bytes  _Q3 | third quartile, as nsys prints it
WITH summary AS (
    -- Sizes are printed with all digits: the deviation depends on the order in which rounding errors add up.
    SELECT operation, spread(bytes) AS s, quarters(bytes) AS q,
        coalesce(stddev_samp(bytes ORDER BY operation_id), 0) AS deviation
    FROM stats__memory
    GROUP BY operation
)
SELECT
    s.total AS total_bytes, s.count AS operation_count, s.mean AS average_bytes, quarter_text(q, 2) AS median_bytes,
    s.least AS minimum_bytes, s.most AS maximum_bytes, deviation AS deviation_bytes, operation,
    quarter_text(q, 1) AS quarter1_bytes, quarter_text(q, 3) AS quarter3_bytes
FROM summary
ORDER BY total_bytes DESC, operation
