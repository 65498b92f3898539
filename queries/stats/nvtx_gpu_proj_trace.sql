-- One row per NVTX range that contains GPU operations, and one per thread for operations outside all ranges, ordered by
-- range_id, with operations outside all ranges first.
--
-- name               VARCHAR  -      domain and name of the range; NULL for operations outside all ranges
-- projected_ns       BIGINT   ns     start of the first operation on the GPU
-- projected_span_ns  BIGINT   ns     time from projected_ns to the end of the last operation on the GPU
-- start_ns           BIGINT   ns     start of the range on the CPU
-- duration_ns        BIGINT   ns     duration of the range on the CPU
-- style              VARCHAR  -      PushPop or StartEnd
-- pid                BIGINT   -      process ID
-- tid                BIGINT   -      thread ID
-- operation_count    BIGINT   count  number of kernels, copies and memsets launched in the range
-- level              INTEGER  -      number of enclosing ranges with GPU operations
-- child_count        BIGINT   count  number of direct children with GPU operations
-- range_id           BIGINT   -      range ID: row number in nsys's table
-- parent_id          BIGINT   -      range_id of the parent; NULL if there is none
-- stack              VARCHAR  -      range IDs from the outermost range to this one
--
-- nsys: name = Name
-- nsys: projected_ns = Projected Start:ts_ns
-- nsys: projected_span_ns = Projected Duration:dur_ns
-- nsys: start_ns = Orig Start:ts_ns
-- nsys: duration_ns = Orig Duration:dur_ns
-- nsys: style = Style
-- nsys: pid = PID
-- nsys: tid = TID
-- nsys: operation_count = NumGPUOps
-- nsys: level = Lvl
-- nsys: child_count = NumChild
-- nsys: range_id = RangeId
-- nsys: parent_id = ParentId
-- nsys: stack = RangeStack
WITH RECURSIVE walk AS (
    SELECT range_id, ':' || range_id AS stack FROM stats__projected_tree WHERE parent_id IS NULL
    UNION ALL
    SELECT t.range_id, w.stack || ':' || t.range_id
    FROM walk AS w JOIN stats__projected_tree AS t ON t.parent_id = w.range_id
)
SELECT
    n.name, p.start_ns AS projected_ns, p.end_ns - p.start_ns AS projected_span_ns, r.start_ns, r.duration_ns, n.style,
    pid_of(r.thread_id) AS pid, tid_of(r.thread_id) AS tid, p.operation_count, t.level, t.child_count, r.range_id,
    t.parent_id, w.stack
FROM stats__projected AS p
JOIN stats__projected_tree AS t USING (range_id)
JOIN stats__range AS r USING (range_id)
JOIN stats__range_text AS n ON n.first_id = r.group_id
JOIN walk AS w USING (range_id)
UNION ALL
SELECT
    NULL, min(o.start_ns), max(o.end_ns) - min(o.start_ns), NULL, NULL, NULL,
    pid_of(f.thread_id), tid_of(f.thread_id), count(*), NULL, 0, NULL, NULL, NULL
FROM stats__outside AS f
JOIN _gpu_operation AS o USING (operation_id)
WHERE f.thread_id IS NOT NULL AND o.kind <> 'graph'
GROUP BY f.thread_id
ORDER BY range_id NULLS FIRST, projected_ns, pid, tid
