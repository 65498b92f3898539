-- One row per file and synchronous memset of pinned or managed memory, ordered by file and duration, longest first.
-- over: ranks
--
-- file_number       BIGINT   -      file number, starting at 0
-- file              VARCHAR  -      file name
-- duration_ns       BIGINT   ns     duration
-- start_ns          BIGINT   ns     start time on the file's clock
-- memory            VARCHAR  -      memory kind
-- set_bytes         BIGINT   bytes  bytes set
-- pid               BIGINT   -      process ID
-- device_id         BIGINT   -      CUDA device ordinal in the process
-- context_id        BIGINT   -      CUDA context
-- green_context_id  BIGINT   -      green context; NULL if there is none
-- stream_id         BIGINT   -      CUDA stream
-- name              VARCHAR  -      function name as recorded
--
-- nsys: file = File
-- nsys: duration_ns = Duration
-- nsys: start_ns = Start
-- nsys: memory = Memory Kind
-- nsys: set_bytes = Bytes
-- nsys: pid = PID
-- nsys: device_id = Device ID
-- nsys: context_id = Context ID
-- nsys: green_context_id = Green Context ID
-- nsys: stream_id = Stream ID
-- nsys: name = API Name
SELECT
    f.file_number, f.file, r.duration_ns, r.start_ns, r.memory, r.set_bytes, r.pid, r.device_id, r.context_id,
    r.green_context_id, r.stream_id, r.name
FROM recipe__blocking_memset AS r JOIN recipe__file AS f USING (rank)
ORDER BY f.file_number, r.duration_ns DESC, r.call_id, r.operation_id
