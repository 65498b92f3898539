-- One row per plausible number of steps on a GPU, that is, a number of occurrences by which the numbers of occurrences
-- of other kinds are divisible.
-- materialized: small, read by every part of the search.
--
-- If steps repeat and each one launches the same operations, the number of operations of each kind is a multiple of the
-- number of steps. The two steps that the capture cuts off are exceptions and together contain up to twice the
-- operations of one step. Layers that repeat within a step show almost the same pattern. step_candidate distinguishes
-- steps from layers by the operations that a step contains in addition to its layers.
WITH key AS (
    FROM step__key
    QUALIFY row_number() OVER (PARTITION BY process_id, gpu_id, preference < 4 ORDER BY sum_ns DESC, key_id) <= 400
),
number AS (SELECT DISTINCT process_id, gpu_id, operation_count AS period_count FROM key WHERE operation_count >= 5),
divided AS (
    SELECT n.process_id, n.gpu_id, n.period_count, sum(k.operation_count) AS operation_count,
        sum(CASE WHEN abs(k.operation_count - round(k.operation_count / n.period_count) * n.period_count)
                <= round(k.operation_count / n.period_count)
            THEN k.sum_ns ELSE 0 END) / nullif(sum(k.sum_ns), 0) AS share_ratio
    FROM number AS n JOIN key AS k USING (process_id, gpu_id)
    GROUP BY ALL
)
SELECT process_id, gpu_id, period_count,
    row_number() OVER (ORDER BY process_id, gpu_id, period_count DESC) AS candidate_id
FROM divided
WHERE share_ratio >= 0.8
WINDOW of_gpu AS (PARTITION BY process_id, gpu_id ORDER BY period_count DESC)
-- The shortest periods are examined first. Longer periods contain more operations each, and the search is limited to a
-- few passes over all operations.
QUALIFY row_number() OVER of_gpu <= 12
    AND sum(least(operation_count, operation_count / period_count * 34)) OVER of_gpu
        <= 3 * operation_count + 100000
