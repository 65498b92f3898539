-- One row per process and GPU, with the peak of the recorded memory allocations, ordered by process and GPU. The
-- result is empty unless the trace was recorded with `--cuda-memory-usage=true`.
--
-- process_id  BIGINT  -      key of the process (nsys's globalPid)
-- device_id   BIGINT  -      CUDA device ordinal within the process
-- peak_bytes  BIGINT  bytes  maximum memory allocated at any one time
SELECT process_id, device_id, max(held_bytes)::BIGINT AS peak_bytes
FROM (
    SELECT globalPid AS process_id, deviceId AS device_id,
        sum(CASE memoryOperationType WHEN 0 THEN bytes ELSE -bytes END)
            OVER (PARTITION BY globalPid, deviceId ORDER BY start, row_id) AS held_bytes
    FROM loaded.CUDA_GPU_MEMORY_USAGE_EVENTS
)
GROUP BY ALL
ORDER BY process_id, device_id
