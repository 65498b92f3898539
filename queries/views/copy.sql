-- One row per copy that a GPU executed; unordered (sort by start_ns).
--
-- operation_id        BIGINT   -      key, unique among all GPU operations in the trace
-- kind                VARCHAR  -      direction, as named by nsys: Host-to-Device, Device-to-Host, Device-to-Device ...
-- source_memory       VARCHAR  -      kind of memory that is read: Pageable, Pinned, Device ...
-- destination_memory  VARCHAR  -      kind of memory that is written
-- copied_bytes        BIGINT   bytes  number of bytes copied
-- start_ns            BIGINT   ns     start on the GPU
-- end_ns              BIGINT   ns     end on the GPU
-- duration_ns         BIGINT   ns     end_ns - start_ns, as recorded
-- device_id           BIGINT   -      CUDA device ordinal within its process
-- context_id          BIGINT   -      CUDA context ID
-- stream_id           BIGINT   -      CUDA stream ID
-- process_id          BIGINT   -      key of the process (nsys's globalPid)
-- correlation_id      BIGINT   -      ID of the launching API call, unique only within its process; 0 for unified
--                                     memory
-- green_context_id    BIGINT   -      green context ID; NULL if the trace contains none
-- virtual_address     BIGINT   -      for unified memory, the address of the first byte copied
SELECT
    (c.row_id << 2) | 1 AS operation_id,
    kind.name AS kind,
    source.name AS source_memory,
    destination.name AS destination_memory,
    c.bytes AS copied_bytes,
    c.start AS start_ns,
    c."end" AS end_ns,
    c."end" - c.start AS duration_ns,
    c.deviceId AS device_id,
    c.contextId AS context_id,
    c.streamId AS stream_id,
    c.globalPid AS process_id,
    c.correlationId AS correlation_id,
    c.greenContextId AS green_context_id,
    c.virtualAddress AS virtual_address
FROM loaded.CUPTI_ACTIVITY_KIND_MEMCPY AS c
LEFT JOIN _copy_kind AS kind ON kind.copy_kind = c.copyKind
LEFT JOIN _memory_kind AS source ON source.memory_kind = c.srcKind
LEFT JOIN _memory_kind AS destination ON destination.memory_kind = c.dstKind
