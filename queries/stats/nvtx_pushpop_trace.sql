-- One row per push/pop range, ordered by start time.
--
-- start_ns     BIGINT   ns     start of the range
-- end_ns       BIGINT   ns     end of the range
-- duration_ns  BIGINT   ns     duration of the range on the CPU
-- child_ns     BIGINT   ns     total duration of the direct children
-- own_ns       BIGINT   ns     duration of the range minus child_ns
-- name         VARCHAR  -      domain and name of the range
-- pid          BIGINT   -      process ID
-- tid          BIGINT   -      thread ID
-- level        INTEGER  -      number of enclosing push/pop ranges
-- child_count  BIGINT   count  number of direct children
-- range_id     BIGINT   -      range ID: row number in nsys's table
-- parent_id    BIGINT   -      range_id of the parent; NULL if there is none
-- stack        VARCHAR  -      range IDs from the outermost range to this one
-- tree         VARCHAR  -      name of the range, indented by level
--
-- nsys: start_ns = Start:ts_ns
-- nsys: end_ns = End:ts_ns
-- nsys: duration_ns = Duration:dur_ns
-- nsys: child_ns = DurChild:dur_ns
-- nsys: own_ns = DurNonChild:dur_ns
-- nsys: name = Name
-- nsys: pid = PID
-- nsys: tid = TID
-- nsys: level = Lvl
-- nsys: child_count = NumChild
-- nsys: range_id = RangeId
-- nsys: parent_id = ParentId
-- nsys: stack = RangeStack
-- nsys: tree = NameTree
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
