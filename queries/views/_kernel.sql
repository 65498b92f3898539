-- One row per kernel execution, with the string keys of its names. Summaries are grouped by these keys before the names
-- are looked up. The two lowest bits of operation_id are the kind: 0 for kernels, 1 for copies, 2 for memsets and 3 for
-- graph runs.
SELECT
    row_id << 2 AS operation_id,
    demangledName AS name_id,
    shortName AS short_name_id,
    mangledName AS mangled_name_id,
    start AS start_ns,
    "end" AS end_ns,
    "end" - start AS duration_ns,
    deviceId AS device_id,
    contextId AS context_id,
    streamId AS stream_id,
    globalPid AS process_id,
    correlationId AS correlation_id,
    gridX AS grid_x, gridY AS grid_y, gridZ AS grid_z,
    blockX AS block_x, blockY AS block_y, blockZ AS block_z,
    registersPerThread AS register_count,
    staticSharedMemory AS static_shared_memory_bytes,
    dynamicSharedMemory AS dynamic_shared_memory_bytes,
    localMemoryPerThread AS local_memory_bytes,
    graphNodeId AS graph_node_id,
    greenContextId AS green_context_id
FROM loaded.CUPTI_ACTIVITY_KIND_KERNEL
