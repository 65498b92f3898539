-- One row per GPU operation of any kind, without names except the string key of a kernel name: the basis of attribution
-- and busy time. gpu_id is the physical GPU if the trace contains it, otherwise the device ordinal. Ordinals are per
-- process, and two processes may use 0 for different GPUs. GPUs of different machines or containers are distinct: those
-- of the second begin at 1000, those of the third at 2000, and so on.
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
