-- One row per rank, and one for all ranks together, with a time breakdown, ordered by rank (all ranks last).
-- Times are summed across the rank's steps or, without steps, across its whole trace.
-- over: ranks
--
-- rank                      BIGINT   -      rank; NULL for all ranks together
-- basis                     VARCHAR  -      steps, or trace if the rank has no steps; NULL in the row for all ranks if
--                                           the ranks differ
-- step_count                BIGINT   count  number of steps
-- median_step_ns            DOUBLE   ns     median wall time per step; for all ranks together, across all steps of all
--                                           ranks
-- min_step_ns               BIGINT   ns     wall time of the shortest step
-- max_step_ns               BIGINT   ns     wall time of the longest step
-- wall_ns                   BIGINT   ns     wall time of the steps or, without steps, from the first to the last
--                                           operation
-- busy_ns                   BIGINT   ns     part of wall_ns during which the GPU runs at least one operation
-- communication_ns          BIGINT   ns     part of wall_ns during which communication runs
-- exposed_communication_ns  BIGINT   ns     part of wall_ns during which communication runs without computation
-- idle_ns                   BIGINT   ns     wall_ns - busy_ns
-- launch_bound_ns           BIGINT   ns     idle time during which the next operation had not been launched yet
-- synchronization_ns        BIGINT   ns     idle time during which the CPU was in a blocking call
-- dependency_ns             BIGINT   ns     idle time during which the next operation had been launched but was waiting
-- rest_ns                   BIGINT   ns     idle time with no cause visible in the trace
-- busy_ratio                DOUBLE   ratio  busy_ns divided by wall_ns
-- exposed_ratio             DOUBLE   ratio  exposed_communication_ns divided by wall_ns
WITH stepped AS (
    PIVOT (SELECT rank, term, sum_ns FROM step_budget WHERE blocking_call IS NULL)
    ON term IN (
        'wall', 'busy', 'communication_busy', 'exposed_communication', 'idle', 'launch_bound', 'synchronization',
        'dependency', 'rest'
    )
    USING sum(sum_ns)::BIGINT GROUP BY rank
),
caused AS (
    PIVOT (SELECT rank, cause, sum_ns FROM gap_summary)
    ON cause IN ('launch gap', 'synchronization', 'dependency', 'unknown') USING sum(sum_ns)::BIGINT GROUP BY rank
),
work AS (
    SELECT rank, sum(span_ns)::BIGINT AS wall, sum(busy_ns)::BIGINT AS busy, sum(idle_ns)::BIGINT AS idle
    FROM gpu_summary GROUP BY rank
),
communicating AS (
    SELECT rank, sum(communication_ns)::BIGINT AS communication, sum(exposed_ns)::BIGINT AS exposed
    FROM overlap GROUP BY rank
),
timed AS (
    SELECT rank, count(*) AS step_count, median(wall_ns) AS median_step_ns, min(wall_ns) AS min_step_ns,
        max(wall_ns) AS max_step_ns
    FROM step GROUP BY GROUPING SETS ((rank), ())
    HAVING step_count > 0
),
each AS (
    SELECT r.rank, CASE WHEN s.rank IS NOT NULL THEN 'steps' ELSE 'trace' END AS basis,
        coalesce(s.wall, w.wall, 0) AS wall_ns, coalesce(s.busy, w.busy, 0) AS busy_ns,
        coalesce(s.communication_busy, c.communication, 0) AS communication_ns,
        coalesce(s.exposed_communication, c.exposed, 0) AS exposed_communication_ns,
        coalesce(s.idle, w.idle, 0) AS idle_ns,
        coalesce(s.launch_bound, g."launch gap", 0) AS launch_bound_ns,
        coalesce(s.synchronization, g.synchronization, 0) AS synchronization_ns,
        coalesce(s.dependency, g.dependency, 0) AS dependency_ns,
        coalesce(s.rest, g.unknown, 0) AS rest_ns
    FROM rank AS r
    LEFT JOIN stepped AS s USING (rank)
    LEFT JOIN work AS w USING (rank)
    LEFT JOIN communicating AS c USING (rank)
    LEFT JOIN caused AS g USING (rank)
),
whole AS (
    FROM each
    UNION ALL
    SELECT NULL, agreed(basis), sum(COLUMNS('_ns$'))::BIGINT FROM each
)
SELECT w.rank, w.basis, coalesce(t.step_count, 0) AS step_count, t.median_step_ns, t.min_step_ns, t.max_step_ns,
    w.wall_ns, w.busy_ns, w.communication_ns, w.exposed_communication_ns, w.idle_ns, w.launch_bound_ns,
    w.synchronization_ns, w.dependency_ns, w.rest_ns,
    w.busy_ns / nullif(w.wall_ns, 0) AS busy_ratio, w.exposed_communication_ns / nullif(w.wall_ns, 0) AS exposed_ratio
FROM whole AS w
LEFT JOIN timed AS t ON t.rank IS NOT DISTINCT FROM w.rank
ORDER BY w.rank NULLS LAST
