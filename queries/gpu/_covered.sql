-- One row per GPU operation: the instant until which its GPU was covered by the operations before it. What ends before
-- it starts has no place there.
-- materialized: one sort per GPU, asked for by busy time and gaps.
SELECT operation_id, gpu_id, start_ns, end_ns,
    max(end_ns) OVER (
        PARTITION BY gpu_id ORDER BY start_ns, end_ns, operation_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS covered_ns
FROM _gpu_operation
WHERE end_ns >= start_ns
