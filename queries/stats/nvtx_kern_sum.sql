-- One row per range name, style, thread and kernel name, ordered by range name, thread and total duration, longest
-- first. A kernel is included in every range that contains its launch. Kernels outside all ranges have no range name.
-- materialized: every launch is joined with all ranges that enclose it.
--
-- range_name    VARCHAR  -      domain and name of the range; NULL for kernels outside all ranges
-- style         VARCHAR  -      PushPop or StartEnd
-- pid           BIGINT   -      process ID
-- tid           BIGINT   -      ID of the launching thread; NULL if the launch call is unknown
-- range_count   BIGINT   count  number of ranges that launched at least one of the kernels
-- kernel_count  BIGINT   count  number of kernels
-- sum_ns        BIGINT   ns     total duration; a kernel in two nested ranges of this name is included twice
-- mean_ns       DOUBLE   ns     mean duration
-- median_ns     DOUBLE   ns     median duration
-- min_ns        BIGINT   ns     minimum duration
-- max_ns        BIGINT   ns     maximum duration
-- stddev_ns     DOUBLE   ns     sample standard deviation; 0 for a single value
-- name          VARCHAR  -      kernel name
--
-- nsys: range_name = NVTX Range
-- nsys: style = Style
-- nsys: pid = PID
-- nsys: tid = TID
-- nsys: range_count = NVTX Inst
-- nsys: kernel_count = Kern Inst
-- nsys: sum_ns = Total Time:dur_ns
-- nsys: mean_ns = Avg:dur_ns
-- nsys: median_ns = Med:dur_ns
-- nsys: min_ns = Min:dur_ns
-- nsys: max_ns = Max:dur_ns
-- nsys: stddev_ns = StdDev:dur_ns
-- nsys: name = Kernel Name
WITH launched AS (
    SELECT k.operation_id, n.same_id AS name_id, k.duration_ns, k.piece_id, k.call_end_ns
    FROM stats__launched_kernel AS k JOIN _kernel_name AS n USING (name_id)
),
-- A median keeps all values, and a kernel inside thousands of nested ranges counts in each of them.
size AS (
    SELECT coalesce(bool_and(duration_ns BETWEEN -2147483648 AND 2147483647), true) AS is_short FROM launched
),
pair AS (
    SELECT s.group_id, l.name_id, s.range_id, s.is_widest, l.duration_ns
    FROM launched AS l JOIN (FROM stats__stack WHERE NOT is_sole) AS s USING (piece_id)
    WHERE l.call_end_ns <= s.end_ns
    UNION ALL
    SELECT i.group_id, l.name_id, i.range_id, i.is_widest, l.duration_ns
    FROM launched AS l JOIN (FROM stats__instant WHERE NOT is_sole) AS i USING (operation_id)
),
-- If only one range has a name, each of its kernels is included once.
sole_pair AS (
    SELECT s.range_id, l.name_id, l.duration_ns
    FROM launched AS l JOIN (FROM stats__stack WHERE is_sole) AS s USING (piece_id)
    WHERE l.call_end_ns <= s.end_ns
    UNION ALL
    SELECT i.range_id, l.name_id, l.duration_ns
    FROM launched AS l JOIN (FROM stats__instant WHERE is_sole) AS i USING (operation_id)
),
held AS (
    SELECT group_id, name_id, count(DISTINCT range_id) AS range_count, count(*) FILTER (is_widest) AS kernel_count,
        spread_of_short(duration_ns, is_short) AS s
    FROM pair CROSS JOIN size
    GROUP BY ALL
    UNION ALL
    SELECT range_id, name_id, 1, count(*), spread(duration_ns) FROM sole_pair GROUP BY ALL
),
free AS (
    SELECT o.thread_id, l.name_id, spread(l.duration_ns) AS s
    FROM stats__outside AS o JOIN launched AS l USING (operation_id)
    GROUP BY ALL
),
summary AS (
    SELECT t.name AS range_name, t.style, t.thread_id, h.range_count, h.kernel_count, h.s, h.name_id
    FROM held AS h JOIN stats__range_text AS t ON t.first_id = h.group_id
    UNION ALL
    SELECT NULL, NULL, thread_id, 0, s.count, s, name_id FROM free
)
SELECT
    range_name, style, pid_of(thread_id) AS pid, tid_of(thread_id) AS tid, range_count, kernel_count,
    s.sum AS sum_ns, s.mean AS mean_ns, s.median AS median_ns, s.min AS min_ns, s.max AS max_ns,
    s.stddev AS stddev_ns, n.name
FROM summary JOIN _kernel_name AS n USING (name_id)
ORDER BY nullif(range_name, '') NULLS FIRST, pid NULLS FIRST, tid, sum_ns DESC, style, n.name
