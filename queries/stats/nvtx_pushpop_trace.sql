-- One row per push/pop range; ordered by start.
--
-- start_ns           BIGINT   ns     Start:ts_ns | opened
-- end_ns             BIGINT   ns     End:ts_ns | closed
-- duration_ns        BIGINT   ns     Duration:dur_ns | wall time
-- child_ns           BIGINT   ns     DurChild:dur_ns | wall time of the ranges right inside
-- own_ns             BIGINT   ns     DurNonChild:dur_ns | wall time without them
-- name               VARCHAR  -      Name | domain and name
-- pid                BIGINT   -      PID | number of the process
-- tid                BIGINT   -      TID | number of the thread
-- level              INTEGER  -      Lvl | push/pop ranges around it
-- child_count        BIGINT   count  NumChild | ranges right inside
-- range_id           BIGINT   -      RangeId | the range: its row in nsys's table
-- parent_id          BIGINT   -      ParentId | the range right around it
-- stack              VARCHAR  -      RangeStack | ranges from the outermost in
-- tree               VARCHAR  -      NameTree | name, indented by level
WITH pushpop AS (
    SELECT range_id, group_id, thread_id, start_ns, pushpop_end_ns AS end_ns, pushpop_end_ns - start_ns AS duration_ns
    FROM stats__range
    WHERE NOT is_start_end
),
child AS (
    SELECT t.parent_id AS range_id, count(*) AS child_count, sum(r.duration_ns)::BIGINT AS child_ns
    FROM stats__pushpop AS t JOIN pushpop AS r USING (range_id)
    GROUP BY t.parent_id
)
SELECT
    r.start_ns, r.end_ns, r.duration_ns, coalesce(c.child_ns, 0) AS child_ns,
    r.duration_ns - coalesce(c.child_ns, 0) AS own_ns, n.name, pid_of(r.thread_id) AS pid, tid_of(r.thread_id) AS tid,
    t.level, coalesce(c.child_count, 0) AS child_count, r.range_id, t.parent_id, t.stack,
    repeat('--', t.level) || n.name AS tree
FROM pushpop AS r
JOIN stats__pushpop AS t USING (range_id)
JOIN stats__range_text AS n ON n.first_id = r.group_id
LEFT JOIN child AS c USING (range_id)
ORDER BY r.start_ns, r.end_ns, t.level, r.range_id
