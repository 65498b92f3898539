-- One row per rank of a job, ordered by rank. A rank is the trace of one process.
--
-- source: ranks
--
-- rank                  BIGINT   -   rank number (see told_by)
-- file                  VARCHAR  -   file name of the trace
-- file_number           BIGINT   -   position of this file among all files, starting at 0; ranks in the same file
--                                    share a clock
-- process_id            BIGINT   -   key of the process (nsys's globalPid); NULL if no process in the file used a GPU
-- pid                   BIGINT   -   process ID on its machine
-- told_by               VARCHAR  -   source of the rank number: regex, communicator, environment, or order (file order)
-- session_start_utc_ns  BIGINT   ns  start of the recording, on the clock of the machine that recorded it; NULL if not
--                                    recorded
-- origin                VARCHAR  -   synthetic or predicted if the trace was generated; NULL if it was recorded
SELECT NULL::BIGINT AS rank, NULL::VARCHAR AS file, NULL::BIGINT AS file_number, NULL::BIGINT AS process_id,
    NULL::BIGINT AS pid, NULL::VARCHAR AS told_by, NULL::BIGINT AS session_start_utc_ns,
    NULL::VARCHAR AS origin
WHERE false
