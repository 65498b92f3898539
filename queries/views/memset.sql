-- One row per memset that a GPU executed; unordered (sort by start_ns).
--
-- operation_id      BIGINT   -      key, unique among all GPU operations in the trace
-- memory            VARCHAR  -      kind of memory that is written
-- set_bytes         BIGINT   bytes  number of bytes set
-- start_ns          BIGINT   ns     start on the GPU
-- end_ns            BIGINT   ns     end on the GPU
-- duration_ns       BIGINT   ns     end_ns - start_ns, as recorded
-- device_id         BIGINT   -      CUDA device ordinal within its process
-- context_id        BIGINT   -      CUDA context ID
-- stream_id         BIGINT   -      CUDA stream ID
-- process_id        BIGINT   -      key of the process (nsys's globalPid)
-- correlation_id    BIGINT   -      ID of the launching API call, unique only within its process
-- green_context_id  BIGINT   -      green context ID; NULL if the trace contains none
SELECT
    (s.row_id << 2) | 2 AS operation_id,
    kind.name AS memory,
    s.bytes AS set_bytes,
    s.start AS start_ns,
    s."end" AS end_ns,
    s."end" - s.start AS duration_ns,
    s.deviceId AS device_id,
    s.contextId AS context_id,
    s.streamId AS stream_id,
    s.globalPid AS process_id,
    s.correlationId AS correlation_id,
    s.greenContextId AS green_context_id
FROM loaded.CUPTI_ACTIVITY_KIND_MEMSET AS s
LEFT JOIN _memory_kind AS kind ON kind.memory_kind = s.memKind
