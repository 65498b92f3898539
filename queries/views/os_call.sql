-- One row per traced OS runtime call (libc, pthread and others); unordered (sort by start_ns).
--
-- call_id        BIGINT   -   key of the call
-- name           VARCHAR  -   function name
-- start_ns       BIGINT   ns  time of entry on the CPU
-- end_ns         BIGINT   ns  time of return to the caller on the CPU
-- duration_ns    BIGINT   ns  end_ns - start_ns
-- thread_id      BIGINT   -   key of the thread (nsys's globalTid)
-- process_id     BIGINT   -   key of the process (nsys's globalPid)
-- nesting_level  BIGINT   -   0 for a call made by the program; higher for a call made within another traced call
SELECT
    c.row_id AS call_id,
    s.value AS name,
    c.start AS start_ns,
    c."end" AS end_ns,
    c."end" - c.start AS duration_ns,
    c.globalTid AS thread_id,
    c.globalTid & -16777216 AS process_id,
    c.nestingLevel AS nesting_level
FROM loaded.OSRT_API AS c
LEFT JOIN _string_os_call AS s ON s.id = c.nameId
-- The event class of calls is 27. nsys also writes two rows that are not calls. They mark the start (31) and the end
-- (32) of the recording, as their names state.
WHERE coalesce(c.eventClass, 27) = 27
    AND (s.value IS NULL OR NOT regexp_matches(s.value, 'profiling (started|finished)'))
