-- One row per CUDA API call; ordered by start.
--
-- start_ns        BIGINT   ns  entry on the CPU
-- duration_ns     BIGINT   ns  time in the call
-- name            VARCHAR  -   function, without _v and four digits
-- return_code     BIGINT   -   CUDA error code; 0 is success
-- correlation_id  BIGINT   -   joins what it launched, in the same process
-- pid             BIGINT   -   number of the process
-- tid             BIGINT   -   number of the thread
-- priority        BIGINT   -   scheduling priority of the thread
-- thread_name     VARCHAR  -   name of the thread
--
-- nsys: start_ns = Start:ts_ns
-- nsys: duration_ns = Duration:dur_ns
-- nsys: name = Name
-- nsys: return_code = Result
-- nsys: correlation_id = CorrID
-- nsys: pid = Pid
-- nsys: tid = Tid
-- nsys: priority = T-Pri
-- nsys: thread_name = Thread Name
SELECT
    c.start_ns, c.duration_ns, n.name, c.return_code, c.correlation_id,
    pid_of(c.thread_id) AS pid, tid_of(c.thread_id) AS tid, t.priority, t.name AS thread_name
FROM _api_call AS c
LEFT JOIN _call_name AS n USING (name_id)
LEFT JOIN _thread_name AS t USING (thread_id)
ORDER BY c.start_ns, c.call_id
