-- One row per synchronous memset of pinned or managed memory, ordered by duration, longest first.
--
-- duration_ns       BIGINT   ns     duration of the memset
-- start_ns          BIGINT   ns     start time of the memset
-- memory            VARCHAR  -      kind of memory
-- set_bytes         BIGINT   bytes  bytes set
-- pid               BIGINT   -      process ID
-- device_id         BIGINT   -      CUDA device ordinal in the process
-- context_id        BIGINT   -      CUDA context
-- green_context_id  BIGINT   -      green context; NULL if there is none
-- stream_id         BIGINT   -      CUDA stream
-- name              VARCHAR  -      function name as recorded
-- global_id         BIGINT   -      process key (nsys's globalPid)
-- api               VARCHAR  -      recorded API, always cuda
--
-- nsys: duration_ns = Duration:dur_ns
-- nsys: start_ns = Start:ts_ns
-- nsys: memory = Memory Kind
-- nsys: set_bytes = Bytes:mem_B
-- nsys: pid = PID
-- nsys: device_id = Device ID
-- nsys: context_id = Context ID
-- nsys: green_context_id = Green Context ID
-- nsys: stream_id = Stream ID
-- nsys: name = API Name
-- nsys: global_id = _Global ID
-- nsys: api = _API
SELECT
    r.duration_ns, r.start_ns, r.memory, r.set_bytes, r.pid, r.device_id, r.context_id, r.green_context_id,
    r.stream_id, r.name, r.process_id AS global_id, 'cuda' AS api
FROM recipe__blocking_memset AS r
ORDER BY r.duration_ns DESC, r.call_id, r.operation_id
