-- One row per gap cause and blocking call, ordered by sum_ns, largest first. The sums add up to the idle time of all
-- GPUs.
--
-- cause          VARCHAR  -      cause of the gaps (see gap_list)
-- blocking_call  VARCHAR  -      API function that blocked, if the cause is synchronization; otherwise NULL
-- gap_count      BIGINT   count  number of gaps
-- sum_ns         BIGINT   ns     sum of gap durations
-- share_ratio    DOUBLE   ratio  sum_ns divided by the idle time of all GPUs
-- median_ns      DOUBLE   ns     median gap duration
-- max_ns         BIGINT   ns     maximum gap duration
SELECT cause, blocking_call, count(*) AS gap_count, sum(gap_ns)::BIGINT AS sum_ns,
    sum(gap_ns) / nullif(sum(sum(gap_ns)) OVER (PARTITION BY 1), 0) AS share_ratio,
    median(gap_ns) AS median_ns, max(gap_ns) AS max_ns
FROM gap_list
GROUP BY ALL
ORDER BY sum_ns DESC, cause, blocking_call
