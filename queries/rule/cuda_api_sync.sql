-- One row per call that waits until a device or a stream is idle, ordered by duration, longest first.
--
-- duration_ns  BIGINT   ns  duration of the call
-- start_ns     BIGINT   ns  start time of the call
-- pid          BIGINT   -   process ID
-- tid          BIGINT   -   thread ID
-- name         VARCHAR  -   function name as recorded
-- global_id    BIGINT   -   thread key (nsys's globalTid)
-- api          VARCHAR  -   recorded API, always cuda
--
-- nsys: duration_ns = Duration:dur_ns
-- nsys: start_ns = Start:ts_ns
-- nsys: pid = PID
-- nsys: tid = TID
-- nsys: name = API Name
-- nsys: global_id = _Global ID
-- nsys: api = _API
SELECT
    r.duration_ns, r.start_ns, r.pid, r.tid, r.name, r.thread_id AS global_id, 'cuda' AS api
FROM recipe__synchronization AS r
ORDER BY r.duration_ns DESC, r.call_id
