-- One row per GPU operation and stage instance, with the latest end of the instance's earlier operations on the same
-- GPU (NULL for the first operation). It is used to compute the busy time of an instance and the gaps inside it.
-- Operations that end before they start are excluded.
SELECT *, max(end_ns) OVER (
    PARTITION BY range_id, gpu_id ORDER BY start_ns, end_ns, operation_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
) AS covered_ns
FROM stage__work
WHERE end_ns >= start_ns
