-- One row per stream and matrix multiplication, with the kernels up to the next matrix multiplication and the runs of at
-- least two consecutive elementwise kernels among them. product_number numbers the matrix multiplications of a stream
-- from 1. Number 0 has the kernels before the first one. next_ns is the duration of the next matrix multiplication.
-- materialized: it sorts all kernels by stream, and two findings read it.
WITH lane AS (
    SELECT process_id, device_id, stream_id, row_number() OVER () AS lane
    FROM (SELECT DISTINCT process_id, device_id, stream_id FROM _kernel)
),
-- kinds has one bit each for softmax, exponential, reduction and choice.
kind AS (
    SELECT name_id, is_product, is_pointwise, is_product::BIGINT << 32 | (NOT is_pointwise)::BIGINT AS number,
        is_softmax::UTINYINT + 2 * is_exponential::UTINYINT + 4 * is_reduction::UTINYINT + 8 * is_choice::UTINYINT
            AS kinds
    FROM kernel__kind
),
-- numbers packs two counts up to and including a kernel: the matrix multiplications above the lower 32 bits, and below
-- them the kernels that are not elementwise. Elementwise kernels with equal numbers directly follow each other. In
-- DuckDB 1.5, a windowed count with FILTER takes quadratic time if few rows pass the filter. Window functions over a
-- single small key take half as long as over three keys.
counted AS MATERIALIZED (
    SELECT l.lane, k.operation_id, k.name_id, k.start_ns, k.duration_ns, f.is_product, f.is_pointwise, f.kinds,
        coalesce(k.start_ns - lag(k.end_ns) OVER of_stream > 1000000, false) AS is_after_break,
        sum(f.number) OVER (of_stream ROWS UNBOUNDED PRECEDING)::BIGINT AS numbers
    FROM _kernel AS k
    JOIN lane AS l ON l.process_id = k.process_id AND l.device_id IS NOT DISTINCT FROM k.device_id
        AND l.stream_id IS NOT DISTINCT FROM k.stream_id
    JOIN kind AS f ON f.name_id IS NOT DISTINCT FROM k.name_id
    WHERE k.duration_ns >= 0
    WINDOW of_stream AS (PARTITION BY l.lane ORDER BY k.start_ns, k.operation_id)
),
product AS (
    SELECT lane, numbers >> 32 AS product_number, any_value(name_id) FILTER (is_product) AS name_id,
        coalesce(sum(duration_ns) FILTER (is_product), 0)::BIGINT AS product_ns,
        coalesce(sum(duration_ns) FILTER (NOT is_product), 0)::BIGINT AS glue_ns,
        count(*) FILTER (NOT is_product) AS glue_count, bit_or(kinds) AS kinds
    FROM counted
    GROUP BY lane, product_number
),
pointwise AS (
    SELECT lane, numbers, count(*) AS n, sum(duration_ns) AS ns, max(duration_ns) AS longest_ns,
        bool_or(is_after_break) AS has_break
    FROM counted
    WHERE is_pointwise
    GROUP BY lane, numbers
    HAVING count(*) > 1
),
-- A break longer than 1 ms separates two runs. Few groups contain one, and only their kernels are sorted again.
split AS (
    SELECT c.lane, c.numbers, c.duration_ns, sum(c.is_after_break::INTEGER) OVER (
            PARTITION BY c.lane, c.numbers ORDER BY c.start_ns, c.operation_id ROWS UNBOUNDED PRECEDING
        ) AS break_count
    FROM counted AS c SEMI JOIN (FROM pointwise WHERE has_break) AS p USING (lane, numbers)
    WHERE c.is_pointwise
),
run AS (
    SELECT lane, numbers, n, ns, longest_ns FROM pointwise WHERE NOT has_break
    UNION ALL
    SELECT lane, numbers, count(*), sum(duration_ns), max(duration_ns)
    FROM split
    GROUP BY lane, numbers, break_count
    HAVING count(*) > 1
),
of_product AS (
    SELECT lane, numbers >> 32 AS product_number, count(*) AS run_count, sum(n)::BIGINT AS run_kernel_count,
        sum(ns)::BIGINT AS run_ns, sum(longest_ns)::BIGINT AS longest_ns
    FROM run
    GROUP BY lane, product_number
)
SELECT l.process_id, l.device_id, l.stream_id, p.product_number, p.name_id, p.product_ns, p.glue_ns, p.glue_count,
    (p.kinds & 1) = 1 OR (p.kinds & 6) = 6 AS is_softmax, (p.kinds & 8) = 8 AS is_choice,
    coalesce(r.run_count, 0) AS run_count, r.run_kernel_count, r.run_ns, r.longest_ns,
    lead(p.product_ns) OVER (PARTITION BY p.lane ORDER BY p.product_number) AS next_ns
FROM product AS p
JOIN lane AS l USING (lane)
LEFT JOIN of_product AS r ON r.lane = p.lane AND r.product_number = p.product_number
