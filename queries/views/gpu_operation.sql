-- One row per GPU operation (kernel, copy, memset or graph run); unordered (sort by start_ns).
--
-- operation_id    BIGINT   -      key, unique among all GPU operations in the trace
-- kind            VARCHAR  -      kernel, copy, memset or graph
-- name            VARCHAR  -      kernel name, 'copy' and its direction, 'memset', or 'CUDA graph' and its ID
-- start_ns        BIGINT   ns     start on the GPU
-- end_ns          BIGINT   ns     end on the GPU
-- duration_ns     BIGINT   ns     end_ns - start_ns, as recorded
-- device_id       BIGINT   -      CUDA device ordinal within its process
-- stream_id       BIGINT   -      CUDA stream ID
-- process_id      BIGINT   -      key of the process (nsys's globalPid)
-- correlation_id  BIGINT   -      ID of the launching API call, unique only within its process
-- moved_bytes     BIGINT   bytes  number of bytes copied or set; NULL for kernels and graph runs
SELECT operation_id, 'kernel' AS kind, name, start_ns, end_ns, duration_ns, device_id, stream_id, process_id,
    correlation_id, NULL::BIGINT AS moved_bytes
FROM kernel
UNION ALL
SELECT operation_id, 'copy', 'copy ' || coalesce(kind, 'Unknown'), start_ns, end_ns, duration_ns, device_id,
    stream_id, process_id, correlation_id, copied_bytes
FROM copy
UNION ALL
SELECT operation_id, 'memset', 'memset', start_ns, end_ns, duration_ns, device_id, stream_id, process_id,
    correlation_id, set_bytes
FROM memset
UNION ALL
SELECT operation_id, 'graph', 'CUDA graph ' || coalesce(graph_id, 0), start_ns, end_ns, duration_ns, device_id,
    stream_id, process_id, correlation_id, NULL
FROM graph_run
