-- One row per innermost stage, gap cause and blocking call, with the GPU idle time that ended when an operation of the
-- stage started, ordered by sum_ns, largest first. The sums add up to the idle time of all GPUs.
--
-- stage           VARCHAR  -      stage of the operation that ended the gap
-- cause           VARCHAR  -      cause of the gaps (see gap_list)
-- blocking_call   VARCHAR  -      API function that blocked, if the cause is synchronization; otherwise NULL
-- gap_count       BIGINT   count  number of gaps
-- sum_ns          BIGINT   ns     sum of gap durations
-- median_ns       DOUBLE   ns     median gap duration
SELECT
    w.stage, g.cause, g.blocking_call, count(*) AS gap_count, sum(g.gap_ns)::BIGINT AS sum_ns, median(g.gap_ns) AS median_ns
FROM gap_list AS g
JOIN stage__owner AS w USING (operation_id)
GROUP BY ALL
ORDER BY sum_ns DESC, stage, cause, blocking_call
