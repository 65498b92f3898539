-- One row per phase, process, GPU and term of the step time, and one per blocking call, ordered by phase, process and
-- GPU, then in the order in which terms are added up. The terms of each step add up exactly, but their medians need
-- not.
--
-- phase          VARCHAR  -      prefill, decode, mixed, train, or other
-- process_id     BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id         BIGINT   -      GPU number
-- term           VARCHAR  -      wall, busy, compute_busy, communication_busy, exposed_communication, idle,
--     launch_bound, synchronization, dependency, rest
-- part_of        VARCHAR  -      parent term (synchronization in rows for an individual blocking call); NULL for
--     wall
-- blocking_call  VARCHAR  -      API function, if the row represents an individual blocking call; otherwise NULL
-- step_count     BIGINT   count  number of steps
-- median_ns      DOUBLE   ns     median time per step
-- min_ns         BIGINT   ns     minimum time per step
-- max_ns         BIGINT   ns     maximum time per step
-- sum_ns         BIGINT   ns     total time over all steps
-- share_ratio    DOUBLE   ratio  sum_ns divided by the total wall time of these steps
WITH summed AS (
    SELECT phase, process_id, gpu_id, term, part_of, blocking_call, count(*) AS step_count, median(ns) AS median_ns,
        min(ns) AS min_ns, max(ns) AS max_ns, sum(ns)::BIGINT AS sum_ns
    FROM step_term GROUP BY ALL
)
SELECT *, sum_ns / nullif(
    max(CASE WHEN term = 'wall' THEN sum_ns END) OVER (PARTITION BY phase, process_id, gpu_id), 0
) AS share_ratio
FROM summed
ORDER BY phase, process_id, gpu_id, list_position([
    'wall', 'busy', 'compute_busy', 'communication_busy', 'exposed_communication', 'idle', 'launch_bound',
    'synchronization', 'dependency', 'rest'
], term), blocking_call NULLS FIRST
