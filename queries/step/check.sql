-- One row per consistency check, process and GPU, showing whether step times add up, ordered by process, GPU and check.
--
-- process_id          BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id              BIGINT   -      GPU number
-- check_name          VARCHAR  -      wall = busy + idle; idle = sum of its parts; no part exceeds its whole; steps +
--     outside = trace
-- step_count          BIGINT   count  number of steps checked; 1 for the check of the whole trace
-- failed_count        BIGINT   count  number of checked steps with a nonzero difference
-- max_difference_ns   BIGINT   ns     largest absolute difference
-- verdict             VARCHAR  -      passed or failed
WITH part AS (
    SELECT step_id, sum(ns) AS idle_ns FROM step_term WHERE part_of = 'idle' GROUP BY step_id
),
alone AS (
    SELECT s.step_id, s.process_id, s.gpu_id, s.wall_ns, s.busy_ns, s.idle_ns, coalesce(p.idle_ns, 0) AS parts_ns,
        s.compute_ns, s.communication_ns, s.exposed_communication_ns
    FROM step AS s LEFT JOIN part AS p USING (step_id)
),
compared AS (
    SELECT process_id, gpu_id, 'wall = busy + idle' AS check_name, wall_ns - busy_ns - idle_ns AS difference_ns
    FROM alone
    UNION ALL
    SELECT process_id, gpu_id, 'idle = sum of its parts', idle_ns - parts_ns FROM alone
    UNION ALL
    -- No part is negative or larger than the whole that contains it.
    SELECT process_id, gpu_id, 'no part exceeds its whole',
        greatest(-exposed_communication_ns, exposed_communication_ns - communication_ns,
            compute_ns + exposed_communication_ns - busy_ns, 0)
    FROM alone
    UNION ALL
    SELECT s.process_id, s.gpu_id, 'steps + outside = trace', any_value(u.total_ns) - sum(s.wall_ns) - any_value(u.outside_ns)
    FROM step AS s JOIN step__outside AS u USING (process_id, gpu_id)
    GROUP BY s.process_id, s.gpu_id
)
SELECT process_id, gpu_id, check_name, count(*) AS step_count,
    count(*) FILTER (difference_ns <> 0) AS failed_count,
    max(abs(difference_ns))::BIGINT AS max_difference_ns,
    CASE WHEN count(*) FILTER (difference_ns <> 0) = 0 THEN 'passed' ELSE 'failed' END AS verdict
FROM compared
GROUP BY ALL
ORDER BY process_id, gpu_id, check_name
