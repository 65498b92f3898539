-- One row per GPU operation of any kind. Attribution and busy time are based on it. It contains no names, only the
-- string key of a kernel name. gpu_id is the physical GPU if the trace contains it, or else the device ordinal. Device
-- ordinals are per process, so two processes may use 0 for different GPUs. GPUs on different machines or in different
-- containers are distinct: gpu_id starts at 1000 for the second machine or container, at 2000 for the third, and so on.
WITH operation AS (
    SELECT operation_id, 'kernel' AS kind, name_id, start_ns, end_ns, duration_ns, device_id, stream_id, process_id,
        correlation_id
    FROM _kernel
    UNION ALL
    SELECT operation_id, 'copy', NULL, start_ns, end_ns, duration_ns, device_id, stream_id, process_id, correlation_id
    FROM copy
    UNION ALL
    SELECT operation_id, 'memset', NULL, start_ns, end_ns, duration_ns, device_id, stream_id, process_id, correlation_id
    FROM memset
    UNION ALL
    SELECT operation_id, 'graph', NULL, start_ns, end_ns, duration_ns, device_id, stream_id, process_id, correlation_id
    FROM graph_run
)
SELECT o.*, coalesce(d.gpu_id, o.device_id, 0) + 1000 * coalesce(m.number, 0) AS gpu_id
FROM operation AS o
LEFT JOIN (
    SELECT pid, cudaId, min(gpuId) AS gpu_id FROM loaded.TARGET_INFO_CUDA_DEVICE GROUP BY ALL
) AS d ON d.pid = (o.process_id >> 24) & 16777215 AND d.cudaId = o.device_id
LEFT JOIN _machine AS m ON m.machine = o.process_id >> 48
