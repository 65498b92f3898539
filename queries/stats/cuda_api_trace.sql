-- One row per CUDA API call, ordered by start time.
--
-- start_ns        BIGINT   ns  start of the call on the CPU
-- duration_ns     BIGINT   ns  duration of the call on the CPU
-- name            VARCHAR  -   function name without the version suffix (_v and four digits)
-- return_code     BIGINT   -   CUDA error code; 0 is success
-- correlation_id  BIGINT   -   ID shared with the GPU operations that the call launched; unique per process
-- pid             BIGINT   -   process ID
-- tid             BIGINT   -   thread ID
-- priority        BIGINT   -   scheduling priority of the thread
-- thread_name     VARCHAR  -   thread name
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
