-- One row per copy that a synchronous call made; longest first. Left out are copies of at most 64,000 bytes from host
-- to device, which do not block, and those within one device.
--
-- duration_ns         BIGINT   ns     duration
-- start_ns            BIGINT   ns     start
-- source_memory       VARCHAR  -      kind of memory read
-- destination_memory  VARCHAR  -      kind of memory written
-- copied_bytes        BIGINT   bytes  amount copied
-- pid                 BIGINT   -      number of the process
-- device_id           BIGINT   -      CUDA device of the process
-- context_id          BIGINT   -      CUDA context
-- green_context_id    BIGINT   -      green context; NULL where there is none
-- stream_id           BIGINT   -      CUDA stream
-- name                VARCHAR  -      function as recorded
-- global_id           BIGINT   -      key of the process (nsys's globalPid)
-- copy_kind           BIGINT   -      direction, as CUPTI numbers it
-- api                 VARCHAR  -      what recorded it: cuda
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
FROM recipe__blocking_copy AS r
ORDER BY r.duration_ns DESC, r.call_id, r.operation_id
