-- One row per phase, GPU of a process and term: where the time of a step goes; ordered by phase, process, GPU, and as
-- the terms are added up. The parts of a step add up exactly, their medians need not.
--
-- phase          VARCHAR  -      prefill, decode, mixed, train, or other
-- process_id     BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id         BIGINT   -      the GPU
-- term           VARCHAR  -      wall, busy, compute_busy, communication_busy, exposed_communication, idle, launch_bound,
--                                synchronization, dependency, rest
-- part_of        VARCHAR  -      the term that it is part of; synchronization for a single blocking call
-- blocking_call  VARCHAR  -      the API function, for a single blocking call
-- step_count     BIGINT   count  steps
-- median_ns      DOUBLE   ns     median over steps
-- min_ns         BIGINT   ns     shortest
-- max_ns         BIGINT   ns     longest
-- sum_ns         BIGINT   ns     all steps together
-- share_ratio    DOUBLE   ratio  sum_ns over the wall time of these steps
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
