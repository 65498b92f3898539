-- One row per stage, gap cause and blocking call: idle time of the GPUs that an operation of the stage ended, by
-- innermost stage, ordered by sum_ns, largest first. The sums add up to the idle time of all GPUs.
--
-- stage           VARCHAR  -      stage of the operation that ended the gap
-- cause           VARCHAR  -      see gap_list
-- blocking_call   VARCHAR  -      API function that blocked, for cause synchronization; otherwise NULL
-- gap_count       BIGINT   count  number of gaps
-- sum_ns          BIGINT   ns     sum of gap durations
-- median_ns       DOUBLE   ns     median gap duration
SELECT
    w.stage, g.cause, g.blocking_call, count(*) AS gap_count, sum(g.gap_ns)::BIGINT AS sum_ns, median(g.gap_ns) AS median_ns
FROM gap_list AS g
JOIN stage__owner AS w USING (operation_id)
GROUP BY ALL
ORDER BY sum_ns DESC, stage, cause, blocking_call
