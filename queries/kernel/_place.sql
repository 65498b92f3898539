-- One row per kernel: its place on its stream. product_number counts the matrix products up to it, other_number the
-- kernels that do not work element by element and the breaks of more than 1 ms: kernels that have the same of both follow
-- one product directly.
-- unstored: read by several findings.
WITH placed AS (
    SELECT k.process_id, k.device_id, k.stream_id, k.operation_id, k.name_id, k.start_ns, k.duration_ns,
        k.start_ns - lag(k.end_ns) OVER of_stream > 1000000 AS is_after_break
    FROM _kernel AS k
    WHERE k.duration_ns >= 0
    WINDOW of_stream AS (PARTITION BY k.process_id, k.device_id, k.stream_id ORDER BY k.start_ns, k.operation_id)
)
SELECT p.process_id, p.device_id, p.stream_id, p.operation_id, p.name_id, p.start_ns, p.duration_ns, f.is_product,
    f.is_pointwise, f.is_softmax, f.is_exponential, f.is_reduction, f.is_choice,
    count(*) FILTER (f.is_product) OVER of_stream AS product_number,
    count(*) FILTER (NOT f.is_pointwise OR p.is_after_break) OVER of_stream AS other_number
FROM placed AS p
JOIN kernel__kind AS f ON f.name_id IS NOT DISTINCT FROM p.name_id
WINDOW of_stream AS (
    PARTITION BY p.process_id, p.device_id, p.stream_id ORDER BY p.start_ns, p.operation_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
