-- One row per attention computation that is split into several kernels: a matrix multiplication, a softmax (one kernel,
-- or an exponential and a sum), and the next matrix multiplication. At most 24 kernels run between the two matrix
-- multiplications. The softmax of a router or a sampler is excluded.
SELECT process_id, device_id, stream_id, product_number, name_id, glue_count, glue_ns,
    product_ns + glue_ns + next_ns AS sum_ns
FROM kernel__between
WHERE is_softmax AND NOT is_choice AND product_number > 0 AND next_ns > 0 AND glue_count <= 24
