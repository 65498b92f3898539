-- One row per CUDA API call; ordered by start.
--
-- start_ns        BIGINT   ns  Start:ts_ns | entry on the CPU
-- duration_ns     BIGINT   ns  Duration:dur_ns | time in the call
-- name            VARCHAR  -   Name | function, without _v and four digits
-- return_code     BIGINT   -   Result | CUDA error code; 0 is success
-- correlation_id  BIGINT   -   CorrID | joins what it launched, in the same process
-- pid             BIGINT   -   Pid | number of the process
-- tid             BIGINT   -   Tid | number of the thread
-- priority        BIGINT   -   T-Pri | scheduling priority of the thread
-- thread_name     VARCHAR  -   Thread Name | name of the thread
SELECT
    c.start_ns, c.duration_ns, n.name, c.return_code, c.correlation_id,
    pid_of(c.thread_id) AS pid, tid_of(c.thread_id) AS tid, t.priority, t.name AS thread_name
FROM _api_call AS c
LEFT JOIN _call_name AS n USING (name_id)
LEFT JOIN _thread_name AS t USING (thread_id)
ORDER BY c.start_ns, c.call_id
