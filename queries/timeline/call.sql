-- One row per process, kind of API call and time segment, for a chart of the run, ordered by process, kind and start.
-- The sums add up to the total duration of all CUDA API calls.
-- materialized: the result is small, and every report draws it.
--
-- There are at most about 2,000 rows, regardless of the length of the trace. Each of the 1,000 longest calls has its
-- own row. For the remaining calls, the trace is divided into about 300 / (number of processes) segments. Calls of the
-- same process and kind that begin in the same segment share a row. The six processes with the most calls are listed
-- individually, and all other processes are combined.
--
-- process_id  BIGINT   -      key of the process (nsys's globalPid); NULL for the combined processes
-- kind        VARCHAR  -      launch: the call launched a GPU operation; wait: the call can block the thread until the
--     GPU has finished; other: all other calls
-- name        VARCHAR  -      API function; NULL if the row combines calls to different functions
-- start_ns    BIGINT   ns     start of the first call on the CPU
-- end_ns      BIGINT   ns     latest end of a call on the CPU
-- sum_ns      BIGINT   ns     sum of call durations; exceeds end_ns - start_ns if several threads make calls at the
--     same time
-- call_count  BIGINT   count  number of calls
WITH caller AS (
    SELECT process_id, row_number() OVER (ORDER BY count(*) DESC, process_id) <= 6 AS is_apart
    FROM _api_call GROUP BY process_id
),
extent AS (
    SELECT min(start_ns) AS first_ns,
        (max(end_ns) - min(start_ns)) // greatest(300 // greatest(least(count(DISTINCT process_id), 7), 1), 1) + 1 AS part_ns
    FROM _api_call
),
longest AS (
    SELECT coalesce(min(duration_ns), 0) AS shared_ns
    FROM (SELECT duration_ns FROM _api_call ORDER BY duration_ns DESC LIMIT 1 OFFSET 1000)
),
call AS (
    SELECT CASE WHEN p.is_apart THEN c.process_id END AS process_id,
        CASE WHEN w.name_id IS NOT NULL THEN 'wait' WHEN c.call_id IN (SELECT call_id FROM _launched WHERE call_id IS NOT NULL)
            THEN 'launch' ELSE 'other' END AS kind,
        c.call_id, c.name_id, c.start_ns, greatest(c.end_ns, c.start_ns) AS end_ns, greatest(c.duration_ns, 0) AS duration_ns
    FROM _api_call AS c
    JOIN caller AS p USING (process_id)
    LEFT JOIN api__waits AS w USING (name_id)
),
shared AS (
    SELECT c.process_id, c.kind, min(c.name_id) AS name_id, max(c.name_id) AS last_id, min(c.start_ns) AS start_ns,
        max(c.end_ns) AS end_ns, sum(c.duration_ns)::BIGINT AS sum_ns, count(*) AS call_count
    FROM call AS c, extent AS e, longest AS l
    GROUP BY c.process_id, c.kind,
        CASE WHEN c.duration_ns > l.shared_ns THEN c.call_id END,
        CASE WHEN c.duration_ns <= l.shared_ns THEN (c.start_ns - e.first_ns) // e.part_ns END
)
SELECT s.process_id, s.kind, CASE WHEN s.name_id = s.last_id THEN n.name END AS name,
    s.start_ns, s.end_ns, s.sum_ns, s.call_count
FROM shared AS s LEFT JOIN _call_name AS n USING (name_id)
ORDER BY s.process_id, s.kind, s.start_ns, s.end_ns, s.sum_ns, name
