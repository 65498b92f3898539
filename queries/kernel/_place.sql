-- One row per kernel, with its position on its stream. product_number counts the matrix multiplications up to and
-- including this kernel. other_number counts the kernels that are not elementwise, and the breaks longer than 1 ms.
-- Kernels for which both numbers are equal directly follow the same matrix multiplication.
-- unstored: read by several findings.
WITH lane AS (
    SELECT process_id, device_id, stream_id, row_number() OVER () AS lane
    FROM (SELECT DISTINCT process_id, device_id, stream_id FROM _kernel)
),
-- Window functions over a single small key take half as long as over three keys.
placed AS (
    SELECT l.lane, k.operation_id, k.name_id, k.start_ns, k.duration_ns,
        k.start_ns - lag(k.end_ns) OVER of_stream > 1000000 AS is_after_break
    FROM _kernel AS k
    JOIN lane AS l ON l.process_id = k.process_id AND l.device_id IS NOT DISTINCT FROM k.device_id
        AND l.stream_id IS NOT DISTINCT FROM k.stream_id
    WHERE k.duration_ns >= 0
    WINDOW of_stream AS (PARTITION BY l.lane ORDER BY k.start_ns, k.operation_id)
),
-- Both counts are packed into one sum, with the matrix multiplications above the lower 32 bits. In DuckDB 1.5, a
-- windowed count with FILTER takes quadratic time if few rows pass the filter.
counted AS (
    SELECT p.*, sum(f.is_product::BIGINT << 32 | (NOT f.is_pointwise OR coalesce(p.is_after_break, false))::BIGINT) OVER (
            PARTITION BY p.lane ORDER BY p.start_ns, p.operation_id ROWS UNBOUNDED PRECEDING
        )::BIGINT AS numbers
    FROM placed AS p
    JOIN kernel__kind AS f ON f.name_id IS NOT DISTINCT FROM p.name_id
)
SELECT l.process_id, l.device_id, l.stream_id, c.operation_id, c.name_id, c.start_ns, c.duration_ns, f.is_product,
    f.is_pointwise, f.is_softmax, f.is_exponential, f.is_reduction, f.is_choice,
    c.numbers >> 32 AS product_number, c.numbers & 4294967295 AS other_number
FROM counted AS c
JOIN lane AS l USING (lane)
JOIN kernel__kind AS f ON f.name_id IS NOT DISTINCT FROM c.name_id
