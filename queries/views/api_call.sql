-- One row per CUDA runtime or driver API call; unordered (sort by start_ns).
--
-- call_id         BIGINT   -   key of the call
-- name            VARCHAR  -   function name without the version suffix (_v and four digits)
-- start_ns        BIGINT   ns  time of entry on the CPU
-- end_ns          BIGINT   ns  time of return to the caller on the CPU
-- duration_ns     BIGINT   ns  end_ns - start_ns
-- thread_id       BIGINT   -   key of the thread (nsys's globalTid)
-- process_id      BIGINT   -   key of the process (nsys's globalPid)
-- correlation_id  BIGINT   -   ID shared with the GPU operations that the call launched; unique only within its process
-- return_code     BIGINT   -   CUDA error code; 0 means success
SELECT
    c.call_id,
    regexp_replace(s.value, '_v[0-9]{4}$', '') AS name,
    c.start_ns, c.end_ns, c.duration_ns, c.thread_id, c.process_id, c.correlation_id, c.return_code
FROM _api_call AS c
LEFT JOIN _string_call AS s ON s.id = c.name_id
