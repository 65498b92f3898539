-- One row per step and term of the step budget (see step_budget); unordered (sort by step_id).
-- materialized: comparisons, budgets and checks read it.
--
-- step_id        BIGINT   -   ID of the step (see step)
-- process_id     BIGINT   -   key of the process (nsys's globalPid)
-- gpu_id         BIGINT   -   GPU number
-- phase          VARCHAR  -   prefill, decode, mixed, train, or other
-- term           VARCHAR  -   wall, busy, compute_busy, communication_busy, exposed_communication, idle, launch_bound,
--     synchronization, dependency, rest
-- part_of        VARCHAR  -   parent term (synchronization in rows for an individual blocking call); NULL for wall
-- ns             BIGINT   ns  time of the term in this step
-- blocking_call  VARCHAR  -   API function, if the row represents an individual blocking call; otherwise NULL
SELECT step_id, process_id, gpu_id, phase, unnest([
    {term: 'wall', part_of: NULL, ns: wall_ns}, {term: 'busy', part_of: 'wall', ns: busy_ns},
    {term: 'compute_busy', part_of: 'busy', ns: compute_ns},
    {term: 'communication_busy', part_of: 'busy', ns: communication_ns},
    {term: 'exposed_communication', part_of: 'communication_busy', ns: exposed_communication_ns},
    {term: 'idle', part_of: 'wall', ns: idle_ns}
], recursive := true), NULL AS blocking_call
FROM step
UNION ALL
SELECT s.step_id, s.process_id, s.gpu_id, s.phase, t.term, 'idle', coalesce(i.idle_ns, 0), NULL
FROM step AS s
CROSS JOIN (SELECT unnest(['launch_bound', 'synchronization', 'dependency', 'rest']) AS term) AS t
LEFT JOIN (SELECT step_id, term, sum(idle_ns)::BIGINT AS idle_ns FROM step__idle GROUP BY ALL) AS i
    ON i.step_id = s.step_id AND i.term = t.term
UNION ALL
SELECT s.step_id, s.process_id, s.gpu_id, s.phase, 'synchronization', 'synchronization', coalesce(i.idle_ns, 0),
    c.blocking_call
FROM (SELECT DISTINCT blocking_call FROM step__idle WHERE term = 'synchronization') AS c
CROSS JOIN step AS s
LEFT JOIN step__idle AS i
    ON i.step_id = s.step_id AND i.term = 'synchronization' AND i.blocking_call = c.blocking_call
