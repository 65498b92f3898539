-- One row per process, GPU and stream, ordered by process, GPU and stream.
--
-- pid              BIGINT  -      process ID assigned by the operating system
-- gpu_id           BIGINT  -      GPU number
-- stream_id        BIGINT  -      CUDA stream ID
-- operation_count  BIGINT  count  number of GPU operations
-- kernel_count     BIGINT  count  number of kernels among these operations
-- sum_ns           BIGINT  ns     sum of operation durations; because a stream runs one operation at a time, this is
--     also its busy time
SELECT (process_id >> 24) & 16777215 AS pid, gpu_id, stream_id, count(*) AS operation_count,
    count(*) FILTER (kind = 'kernel') AS kernel_count, sum(duration_ns)::BIGINT AS sum_ns
FROM _gpu_operation
GROUP BY ALL
ORDER BY pid, gpu_id, stream_id
