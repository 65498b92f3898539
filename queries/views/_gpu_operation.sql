-- One row per GPU operation of any kind, without names: the ground of attribution and of busy time.
SELECT operation_id, 'kernel' AS kind, start_ns, end_ns, duration_ns, device_id, stream_id, process_id, correlation_id
FROM _kernel
UNION ALL
SELECT operation_id, 'copy', start_ns, end_ns, duration_ns, device_id, stream_id, process_id, correlation_id
FROM copy
UNION ALL
SELECT operation_id, 'memset', start_ns, end_ns, duration_ns, device_id, stream_id, process_id, correlation_id
FROM memset
UNION ALL
SELECT operation_id, 'graph', start_ns, end_ns, duration_ns, device_id, stream_id, process_id, correlation_id
FROM graph_run
