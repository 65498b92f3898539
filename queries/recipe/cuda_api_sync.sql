-- One row per file and call that waits until a device or a stream is idle, ordered by file and duration, longest first.
-- over: ranks
--
-- file_number  BIGINT   -   file number, starting at 0
-- file         VARCHAR  -   file name
-- duration_ns  BIGINT   ns  duration
-- start_ns     BIGINT   ns  start time on the file's clock
-- pid          BIGINT   -   process ID
-- tid          BIGINT   -   thread ID
-- name         VARCHAR  -   function name as recorded
--
-- nsys: file = File
-- nsys: duration_ns = Duration
-- nsys: start_ns = Start
-- nsys: pid = PID
-- nsys: tid = TID
-- nsys: name = API Name
SELECT
    f.file_number, f.file, r.duration_ns, r.start_ns, r.pid, r.tid, r.name
FROM recipe__synchronization AS r JOIN recipe__file AS f USING (rank)
ORDER BY f.file_number, r.duration_ns DESC, r.call_id
