-- One row per thread that called the CUDA API, opened ranges, or made traced OS runtime calls, ordered by process and
-- thread number.
--
-- thread_id    BIGINT  -      key of the thread (nsys's globalTid)
-- process_id   BIGINT  -      key of the process (nsys's globalPid)
-- pid          BIGINT  -      process ID on its machine
-- tid          BIGINT  -      thread ID on its machine
-- call_count   BIGINT  count  number of CUDA API calls
-- range_count  BIGINT  count  number of NVTX ranges opened
SELECT
    thread_id,
    thread_id & -16777216 AS process_id,
    (thread_id >> 24) & 16777215 AS pid,
    thread_id & 16777215 AS tid,
    sum(calls)::BIGINT AS call_count,
    sum(ranges)::BIGINT AS range_count
FROM (
    SELECT thread_id, count(*) AS calls, 0 AS ranges FROM _api_call GROUP BY thread_id
    UNION ALL SELECT thread_id, 0, count(*) FROM _range GROUP BY thread_id
    UNION ALL SELECT DISTINCT globalTid, 0, 0 FROM loaded.OSRT_API
)
WHERE thread_id IS NOT NULL
GROUP BY thread_id
ORDER BY pid, tid
