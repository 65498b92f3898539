-- One row per file and GPU idle gap longer than 500 ms (or the value of the `gap` setting), ordered by file and
-- duration, longest first. Only gaps between a process's first and last operations on the GPU are included.
-- over: ranks
--
-- file_number  BIGINT   -   file number, starting at 0
-- file         VARCHAR  -   file name
-- number       BIGINT   -   row number in the file, starting at 1
-- duration_ns  BIGINT   ns  duration
-- start_ns     BIGINT   ns  start time on the file's clock
-- pid          BIGINT   -   process ID
-- device_id    BIGINT   -   CUDA device ordinal in the process
-- context_id   BIGINT   -   CUDA context
--
-- nsys: file = File
-- nsys: number = Row#
-- nsys: duration_ns = Duration
-- nsys: start_ns = Start
-- nsys: pid = PID
-- nsys: device_id = Device ID
-- nsys: context_id = Context ID
SELECT
    f.file_number, f.file, r.number, r.duration_ns, r.start_ns, r.pid, r.device_id, r.context_id
FROM recipe__gap AS r JOIN recipe__file AS f USING (rank)
ORDER BY f.file_number, r.number
