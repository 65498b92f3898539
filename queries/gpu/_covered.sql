-- One row per GPU operation, with the latest end of the earlier operations on its GPU (NULL for the first operation).
-- Operations that end before they start are excluded.
-- materialized: one sort per GPU, used for busy time and gaps.
SELECT operation_id, gpu_id, start_ns, end_ns,
    max(end_ns) OVER (
        PARTITION BY gpu_id ORDER BY start_ns, end_ns, operation_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS covered_ns
FROM _gpu_operation
WHERE end_ns >= start_ns
