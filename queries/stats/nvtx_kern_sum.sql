-- One row per range name and style, thread and kernel name: kernels launched in such ranges, counted in each range
-- around the launch; kernels outside of all come without a name; ordered by name, thread, longest total.
--
-- range_name      VARCHAR  -      NVTX Range | domain and name of the range; NULL: outside of all
-- style           VARCHAR  -      Style | PushPop or StartEnd
-- pid             BIGINT   -      PID | number of the process
-- tid             BIGINT   -      TID | number of the thread that launched; NULL where the call is unknown
-- range_count     BIGINT   count  NVTX Inst | ranges that hold one of the kernels
-- kernel_count    BIGINT   count  Kern Inst | kernels
-- total_ns        BIGINT   ns     Total Time:dur_ns | sum of durations, of a kernel in two ranges of the name twice
-- average_ns      DOUBLE   ns     Avg:dur_ns | mean duration
-- median_ns       DOUBLE   ns     Med:dur_ns | median duration
-- minimum_ns      BIGINT   ns     Min:dur_ns | shortest
-- maximum_ns      BIGINT   ns     Max:dur_ns | longest
-- deviation_ns    DOUBLE   ns     StdDev:dur_ns | sample standard deviation; 0 of a single one
-- name            VARCHAR  -      Kernel Name | kernel
WITH pair AS (
    SELECT w.operation_id, w.range_id, w.thread_id FROM stats__within AS w WHERE w.operation_id & 3 = 0
    UNION ALL
    SELECT k.operation_id, NULL, a.thread_id
    FROM stats__named_kernel AS k
    LEFT JOIN attribution AS a USING (operation_id)
    WHERE k.operation_id NOT IN (SELECT operation_id FROM stats__within)
),
summary AS (
    SELECT r.name AS range_name, r.style, p.thread_id, n.same_id AS name_id,
        count(DISTINCT p.range_id) AS range_count, count(DISTINCT p.operation_id) AS kernel_count,
        spread(k.duration_ns) AS s
    FROM pair AS p
    JOIN stats__named_kernel AS k USING (operation_id)
    JOIN _kernel_name AS n ON n.name_id = k.name_id
    LEFT JOIN stats__range AS r ON r.range_id = p.range_id
    GROUP BY ALL
)
SELECT
    range_name, style, pid_of(thread_id) AS pid, tid_of(thread_id) AS tid, range_count, kernel_count,
    s.total AS total_ns, s.mean AS average_ns, s.median AS median_ns, s.least AS minimum_ns, s.most AS maximum_ns,
    s.deviation AS deviation_ns, n.name
FROM summary JOIN _kernel_name AS n USING (name_id)
ORDER BY nullif(range_name, '') NULLS FIRST, pid NULLS FIRST, tid, total_ns DESC, n.name
