-- One row per cause of gaps and blocking call; ordered by sum_ns, largest first. Adds up to the idle time of all GPUs.
--
-- cause          VARCHAR  -      see gap_list
-- blocking_call  VARCHAR  -      the API function that blocked, for cause synchronization
-- gap_count      BIGINT   count  gaps
-- sum_ns         BIGINT   ns     sum of gaps
-- share_ratio    DOUBLE   ratio  sum_ns over all idle time
-- median_ns      DOUBLE   ns     median gap
-- max_ns         BIGINT   ns     longest gap
SELECT cause, blocking_call, count(*) AS gap_count, sum(gap_ns)::BIGINT AS sum_ns,
    sum(gap_ns) / nullif(sum(sum(gap_ns)) OVER (PARTITION BY 1), 0) AS share_ratio,
    median(gap_ns) AS median_ns, max(gap_ns) AS max_ns
FROM gap_list
GROUP BY ALL
ORDER BY sum_ns DESC, cause, blocking_call
