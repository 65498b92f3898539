-- One row per GPU, gap cause and time segment, for a chart of the run, ordered by GPU and start. The sums add up to the
-- idle time of all GPUs.
-- materialized: the result is small, and every report draws it.
--
-- There are at most about 2,000 rows, regardless of the length of the trace. Each of the 1,000 longest gaps has its own
-- row. For the remaining gaps, the trace is divided into about 240 / (number of GPUs) segments. Gaps on the same GPU
-- with the same cause that begin in the same segment share a row.
--
-- gpu_id         BIGINT   -      GPU number
-- cause          VARCHAR  -      cause of the gaps (see gap_list)
-- blocking_call  VARCHAR  -      API function that blocked; NULL if there is none, or if the row combines gaps
--     with different functions
-- start_ns       BIGINT   ns     start of the first gap
-- end_ns         BIGINT   ns     end of the last gap
-- sum_ns         BIGINT   ns     sum of gap durations
-- gap_count      BIGINT   count  number of gaps
WITH extent AS (
    SELECT min(start_ns) AS first_ns,
        (max(end_ns) - min(start_ns)) // greatest(240 // greatest(count(DISTINCT gpu_id), 1), 1) + 1 AS part_ns
    FROM gap_list
),
longest AS (
    SELECT coalesce(min(gap_ns), 0) AS shared_ns FROM (SELECT gap_ns FROM gap_list ORDER BY gap_ns DESC LIMIT 1 OFFSET 1000)
)
SELECT g.gpu_id, g.cause,
    CASE WHEN count(DISTINCT g.blocking_call) = 1 THEN min(g.blocking_call) END AS blocking_call,
    min(g.start_ns) AS start_ns, max(g.end_ns) AS end_ns, sum(g.gap_ns)::BIGINT AS sum_ns, count(*) AS gap_count
FROM gap_list AS g, extent AS e, longest AS l
GROUP BY g.gpu_id, g.cause,
    CASE WHEN g.gap_ns > l.shared_ns THEN g.operation_id END,
    CASE WHEN g.gap_ns <= l.shared_ns THEN (g.start_ns - e.first_ns) // e.part_ns END
ORDER BY g.gpu_id, min(g.start_ns), g.cause
