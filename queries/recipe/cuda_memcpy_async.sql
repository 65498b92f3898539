-- One row per file and asynchronous copy to or from pageable memory, ordered by file and duration, longest first. The
-- call for such a copy blocks the CPU.
-- over: ranks
--
-- file_number         BIGINT   -      file number, starting at 0
-- file                VARCHAR  -      file name
-- duration_ns         BIGINT   ns     duration
-- start_ns            BIGINT   ns     start time on the file's clock
-- source_memory       VARCHAR  -      source memory kind
-- destination_memory  VARCHAR  -      destination memory kind
-- copied_bytes        BIGINT   bytes  bytes copied
-- pid                 BIGINT   -      process ID
-- device_id           BIGINT   -      CUDA device ordinal in the process
-- context_id          BIGINT   -      CUDA context
-- green_context_id    BIGINT   -      green context; NULL if there is none
-- stream_id           BIGINT   -      CUDA stream
-- name                VARCHAR  -      function name as recorded
--
-- nsys: file = File
-- nsys: duration_ns = Duration
-- nsys: start_ns = Start
-- nsys: source_memory = Src Kind
-- nsys: destination_memory = Dst Kind
-- nsys: copied_bytes = Bytes
-- nsys: pid = PID
-- nsys: device_id = Device ID
-- nsys: context_id = Context ID
-- nsys: green_context_id = Green Context ID
-- nsys: stream_id = Stream ID
-- nsys: name = API Name
SELECT
    f.file_number, f.file, r.duration_ns, r.start_ns, r.source_memory, r.destination_memory, r.copied_bytes, r.pid,
    r.device_id, r.context_id, r.green_context_id, r.stream_id, r.name
FROM recipe__pageable_copy AS r JOIN recipe__file AS f USING (rank)
ORDER BY f.file_number, r.duration_ns DESC, r.call_id, r.operation_id
