-- One row: the start time of the earliest item drawn in an export.
SELECT min(begin_ns) AS begin_ns
FROM (
    SELECT min(start_ns) AS begin_ns FROM _kernel
    UNION ALL SELECT min(start_ns) FROM copy
    UNION ALL SELECT min(start_ns) FROM memset
    UNION ALL SELECT min(start_ns) FROM graph_run
    UNION ALL SELECT min(start_ns) FROM _api_call
    UNION ALL SELECT min(start_ns) FROM _range
    UNION ALL SELECT min(start_ns) FROM os_call
    UNION ALL SELECT min(start) FROM loaded.CUDA_GPU_MEMORY_USAGE_EVENTS
    UNION ALL SELECT min(timestamp) FROM loaded.GPU_METRICS
) AS first
