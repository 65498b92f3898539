-- One row per attention computation that is split into several kernels: a matrix multiplication, a softmax (one kernel,
-- or an exponential and a sum), and the next matrix multiplication. At most 24 kernels run between the two matrix
-- multiplications. The softmax of a router or a sampler is excluded.
-- unstored: read by two findings.
WITH between_products AS (
    SELECT process_id, device_id, stream_id, product_number, min(start_ns) AS start_ns,
        arg_min(name_id, start_ns) FILTER (is_product) AS name_id,
        coalesce(sum(duration_ns) FILTER (is_product), 0) AS product_ns,
        coalesce(sum(duration_ns) FILTER (NOT is_product), 0) AS glue_ns,
        count(*) FILTER (NOT is_product) AS glue_count,
        bool_or(is_softmax) OR (bool_or(is_exponential) AND bool_or(is_reduction)) AS is_softmax,
        bool_or(is_choice) AS is_choice
    FROM kernel__place
    GROUP BY ALL
),
followed AS (
    SELECT *, lead(product_ns) OVER (
        PARTITION BY process_id, device_id, stream_id ORDER BY product_number
    ) AS next_ns
    FROM between_products
)
SELECT process_id, device_id, stream_id, product_number, name_id, glue_count, glue_ns::BIGINT AS glue_ns,
    (product_ns + glue_ns + next_ns)::BIGINT AS sum_ns
FROM followed
WHERE is_softmax AND NOT is_choice AND product_number > 0 AND next_ns > 0 AND glue_count <= 24
