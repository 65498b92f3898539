-- One row per gap of more than 500 ms (or the value of the setting gap) in which a GPU is idle between the first and
-- the last operation of a process on it, ordered by duration, longest first.
--
-- number       BIGINT   -   row number, from 1
-- duration_ns  BIGINT   ns  duration
-- start_ns     BIGINT   ns  start time
-- pid          BIGINT   -   process ID
-- device_id    BIGINT   -   CUDA device ordinal in the process
-- context_id   BIGINT   -   CUDA context
-- global_id    BIGINT   -   process key (nsys's globalPid)
-- api          VARCHAR  -   recorded API, always cuda
--
-- nsys: number = Row#
-- nsys: duration_ns = Duration:dur_ns
-- nsys: start_ns = Start:ts_ns
-- nsys: pid = PID
-- nsys: device_id = Device ID
-- nsys: context_id = Context ID
-- nsys: global_id = _Global ID
-- nsys: api = _API
SELECT
    r.number, r.duration_ns, r.start_ns, r.pid, r.device_id, r.context_id, r.process_id AS global_id, 'cuda' AS
    api
FROM recipe__gap AS r
ORDER BY r.number
