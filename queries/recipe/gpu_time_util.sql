-- One row per file and interval in which a GPU runs operations for less than 50 % of the time (the `threshold` setting
-- changes this limit), ordered by file and used_percent, lowest first. The durations of concurrent operations are
-- summed.
-- over: ranks
--
-- file_number   BIGINT   -   file number, starting at 0
-- file          VARCHAR  -   file name
-- number        BIGINT   -   row number in the file, starting at 1
-- used_percent  DOUBLE   -   total duration of operations as a percentage of the interval
-- duration_ns   BIGINT   ns  duration
-- start_ns      BIGINT   ns  start time on the file's clock
-- pid           BIGINT   -   process ID
-- device_id     BIGINT   -   CUDA device ordinal in the process
-- context_id    BIGINT   -   CUDA context
--
-- nsys: file = File
-- nsys: number = Row#
-- nsys: used_percent = In-Use
-- nsys: duration_ns = Duration
-- nsys: start_ns = Start
-- nsys: pid = PID
-- nsys: device_id = Device ID
-- nsys: context_id = Context ID
SELECT
    f.file_number, f.file, r.number, r.used_percent, r.duration_ns, r.start_ns, r.pid, r.device_id, r.context_id
FROM recipe__low_use AS r JOIN recipe__file AS f USING (rank)
ORDER BY f.file_number, r.number
