-- One row per kernel execution on a GPU; unordered (sort by start_ns).
--
-- operation_id                 BIGINT   -      key, unique among all GPU operations in the trace
-- name                         VARCHAR  -      demangled name with template arguments
-- label                        VARCHAR  -      unique short kernel name (see kernel_label)
-- short_name                   VARCHAR  -      function name only
-- mangled_name                 VARCHAR  -      mangled name; NULL in traces recorded by nsys versions before 2021
-- name_id                      BIGINT   -      key of the name in the trace's string table
-- start_ns                     BIGINT   ns     start on the GPU, relative to the trace's time zero
-- end_ns                       BIGINT   ns     end on the GPU
-- duration_ns                  BIGINT   ns     end_ns - start_ns, as recorded
-- device_id                    BIGINT   -      CUDA device ordinal within its process
-- context_id                   BIGINT   -      CUDA context ID
-- stream_id                    BIGINT   -      CUDA stream ID
-- process_id                   BIGINT   -      key of the process (nsys's globalPid)
-- correlation_id               BIGINT   -      ID of the launching API call, unique only within its process
-- grid_x                       BIGINT   -      number of blocks in x
-- grid_y                       BIGINT   -      number of blocks in y
-- grid_z                       BIGINT   -      number of blocks in z
-- block_x                      BIGINT   -      threads per block in x
-- block_y                      BIGINT   -      threads per block in y
-- block_z                      BIGINT   -      threads per block in z
-- register_count               BIGINT   count  registers per thread
-- static_shared_memory_bytes   BIGINT   bytes  static shared memory per block
-- dynamic_shared_memory_bytes  BIGINT   bytes  dynamic shared memory per block
-- graph_node_id                BIGINT   -      CUDA graph node that launched it; NULL or 0 if no graph launched it
SELECT
    k.operation_id, long.value AS name, label_or(l.label, long.value) AS label, short.value AS short_name, mangled.value AS mangled_name, k.name_id,
    k.start_ns, k.end_ns, k.duration_ns, k.device_id, k.context_id, k.stream_id, k.process_id, k.correlation_id,
    k.grid_x, k.grid_y, k.grid_z, k.block_x, k.block_y, k.block_z, k.register_count,
    k.static_shared_memory_bytes, k.dynamic_shared_memory_bytes, k.graph_node_id
FROM _kernel AS k
LEFT JOIN _string_kernel AS long ON long.id = k.name_id
LEFT JOIN _string_kernel AS short ON short.id = k.short_name_id
LEFT JOIN _string_kernel AS mangled ON mangled.id = k.mangled_name_id
LEFT JOIN kernel_label AS l ON l.name = long.value
