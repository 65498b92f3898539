-- One row per asynchronous copy to or from pageable memory, ordered by duration, longest first. The call for such a
-- copy blocks the CPU.
--
-- duration_ns         BIGINT   ns     duration of the copy
-- start_ns            BIGINT   ns     start time of the copy
-- source_memory       VARCHAR  -      kind of the source memory
-- destination_memory  VARCHAR  -      kind of the destination memory
-- copied_bytes        BIGINT   bytes  bytes copied
-- pid                 BIGINT   -      process ID
-- device_id           BIGINT   -      CUDA device ordinal in the process
-- context_id          BIGINT   -      CUDA context
-- green_context_id    BIGINT   -      green context; NULL if there is none
-- stream_id           BIGINT   -      CUDA stream
-- name                VARCHAR  -      function name as recorded
-- global_id           BIGINT   -      process key (nsys's globalPid)
-- copy_kind           BIGINT   -      CUPTI code for the copy direction
-- api                 VARCHAR  -      recorded API, always cuda
--
-- nsys: duration_ns = Duration:dur_ns
-- nsys: start_ns = Start:ts_ns
-- nsys: source_memory = Src Kind
-- nsys: destination_memory = Dst Kind
-- nsys: copied_bytes = Bytes:mem_B
-- nsys: pid = PID
-- nsys: device_id = Device ID
-- nsys: context_id = Context ID
-- nsys: green_context_id = Green Context ID
-- nsys: stream_id = Stream ID
-- nsys: name = API Name
-- nsys: global_id = _Global ID
-- nsys: copy_kind = _Copy Kind
-- nsys: api = _API
SELECT
    r.duration_ns, r.start_ns, r.source_memory, r.destination_memory, r.copied_bytes, r.pid, r.device_id,
    r.context_id, r.green_context_id, r.stream_id, r.name, r.process_id AS global_id, r.copy_kind, 'cuda' AS api
FROM recipe__pageable_copy AS r
ORDER BY r.duration_ns DESC, r.call_id, r.operation_id
