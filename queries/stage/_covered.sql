-- One row per GPU operation and stage instance: the instant until which the instance's operations before it covered
-- the GPU. Busy time and the gaps inside an instance both follow from it. What ends before it starts has no place there.
SELECT *, max(end_ns) OVER (
    PARTITION BY range_id, gpu_id ORDER BY start_ns, end_ns, operation_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
) AS covered_ns
FROM stage__work
WHERE end_ns >= start_ns
