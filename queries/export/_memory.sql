-- One row per allocation or release of GPU memory, with the process's allocated memory afterwards; unordered. Only
-- recorded allocations are included.
SELECT g.gpu_id, m.process_id, m.at_ns, m.at_ns AS start_ns, m.at_ns AS end_ns, m.row_id,
    'Memory allocated' AS counter, m.held_bytes::BIGINT AS value
FROM (
    SELECT globalPid AS process_id, deviceId AS device_id, start AS at_ns, row_id,
        sum(CASE memoryOperationType WHEN 0 THEN bytes ELSE -bytes END)
            OVER (PARTITION BY globalPid, deviceId ORDER BY start, row_id) AS held_bytes
    FROM loaded.CUDA_GPU_MEMORY_USAGE_EVENTS
) AS m
JOIN (
    SELECT DISTINCT m.globalPid AS process_id, m.deviceId AS device_id, coalesce(g.gpu_id, m.deviceId) AS gpu_id
    FROM loaded.CUDA_GPU_MEMORY_USAGE_EVENTS AS m
    LEFT JOIN export__gpu AS g ON g.process_id = m.globalPid AND g.device_id = m.deviceId
) AS g USING (process_id, device_id)
