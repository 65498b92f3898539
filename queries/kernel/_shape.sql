-- One row per GPU, kernel name and launch configuration (grid, block, registers, shared and local memory), with the
-- number of executions and their median durations in the first and second halves of the time during which the GPU runs.
-- materialized: one pass over all kernels, used by several findings.
WITH half AS (
    SELECT gpu_id, (min(start_ns) + max(start_ns)) / 2 AS middle_ns FROM gpu__covered GROUP BY gpu_id
)
SELECT d.gpu_id, k.name_id, k.block_x * k.block_y * k.block_z AS thread_count,
    k.grid_x * k.grid_y * k.grid_z AS block_count, k.register_count,
    coalesce(k.static_shared_memory_bytes, 0) + coalesce(k.dynamic_shared_memory_bytes, 0) AS shared_memory_bytes,
    coalesce(k.local_memory_bytes, 0) AS local_memory_bytes,
    any_value(c.class) AS class, count(*) AS instance_count, sum(k.duration_ns)::BIGINT AS sum_ns,
    median(k.duration_ns) FILTER (k.start_ns < h.middle_ns) AS early_ns,
    median(k.duration_ns) FILTER (k.start_ns >= h.middle_ns) AS late_ns,
    count(*) FILTER (k.start_ns >= h.middle_ns) AS late_count
FROM _kernel AS k
JOIN step__gpu AS d ON d.process_id = k.process_id AND d.device_id IS NOT DISTINCT FROM k.device_id
JOIN half AS h ON h.gpu_id = d.gpu_id
LEFT JOIN kernel__class AS c ON c.name_id = k.name_id
WHERE k.duration_ns >= 0
GROUP BY ALL
