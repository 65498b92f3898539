-- One row per rank of a job: the trace of one process; ordered by rank.
--
-- source: ranks
--
-- rank                  BIGINT   -   number of the rank; see told_by
-- file                  VARCHAR  -   name of the trace
-- file_number           BIGINT   -   place of that file among all, from 0; ranks of one file share its clock
-- process_id            BIGINT   -   key of the process (nsys's globalPid); NULL where no process of the file used a GPU
-- pid                   BIGINT   -   number of the process on its machine
-- told_by               VARCHAR  -   what told the rank: regex, communicator, environment, or order for the order of files
-- session_start_utc_ns  BIGINT   ns  when the recording began, by the clock of that machine; NULL where not recorded
-- origin                VARCHAR  -   synthetic or predicted when the trace was generated, not recorded; else NULL
SELECT NULL::BIGINT AS rank, NULL::VARCHAR AS file, NULL::BIGINT AS file_number, NULL::BIGINT AS process_id,
    NULL::BIGINT AS pid, NULL::VARCHAR AS told_by, NULL::BIGINT AS session_start_utc_ns,
    NULL::VARCHAR AS origin
WHERE false
