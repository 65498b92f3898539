-- One row per GPU idle gap longer than 500 ms (the `gap` setting changes the limit), ordered by duration, longest
-- first. Only gaps between a process's first and last operations on the GPU are included.
--
-- number       BIGINT   -   row number, starting at 1
-- duration_ns  BIGINT   ns  duration of the gap
-- start_ns     BIGINT   ns  start time of the gap
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
