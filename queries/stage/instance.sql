-- One row per instance of a stage: one range on one thread; ordered by start_ns.
-- materialized: the figures that medians and spreads are taken over.
--
-- stage            VARCHAR  -      name of the stage
-- range_id         BIGINT   -      the range that is the instance
-- path             VARCHAR  -      where it lies
-- thread_id        BIGINT   -      the thread that opened it (nsys's globalTid)
-- start_ns         BIGINT   ns     opened, on the CPU
-- wall_ns          BIGINT   ns     end - start of the range on the CPU
-- span_ns          BIGINT   ns     first start to last end of its operations, added over its GPUs
-- busy_ns          BIGINT   ns     union of its operations' intervals, added over its GPUs
-- sum_ns           BIGINT   ns     sum of its operations' durations
-- idle_ns          BIGINT   ns     span_ns - busy_ns
-- operation_count  BIGINT   count  GPU operations launched inside it
-- kernel_count     BIGINT   count  of those, kernels
-- launch_count     BIGINT   count  API calls that launched them
WITH device AS (
    SELECT range_id, sum(span_ns) AS span_ns, sum(busy_ns) AS busy_ns
    FROM stage__device GROUP BY range_id
),
work AS (
    SELECT s.range_id, sum(w.n)::BIGINT AS operation_count,
        coalesce(sum(w.n) FILTER (w.kind = 'kernel'), 0)::BIGINT AS kernel_count, sum(w.ns)::BIGINT AS sum_ns
    FROM _piece_work AS w JOIN stage__piece AS s USING (piece_id)
    GROUP BY s.range_id
),
-- A call lies in one piece, so that those of pieces add up.
launch AS (
    SELECT s.range_id, sum(c.n)::BIGINT AS launch_count
    FROM (SELECT piece_id, count(DISTINCT call_id) AS n FROM _launched WHERE piece_id IS NOT NULL GROUP BY piece_id) AS c
    JOIN stage__piece AS s USING (piece_id)
    GROUP BY s.range_id
)
SELECT s.stage, s.range_id, p.path, r.thread_id, r.start_ns,
    r.end_ns - r.start_ns AS wall_ns,
    coalesce(d.span_ns, 0)::BIGINT AS span_ns,
    coalesce(d.busy_ns, 0)::BIGINT AS busy_ns,
    coalesce(w.sum_ns, 0)::BIGINT AS sum_ns,
    coalesce(d.span_ns - d.busy_ns, 0)::BIGINT AS idle_ns,
    coalesce(w.operation_count, 0) AS operation_count,
    coalesce(w.kernel_count, 0) AS kernel_count,
    coalesce(l.launch_count, 0) AS launch_count
FROM stage__range AS s
JOIN _range AS r USING (range_id)
JOIN stage__path AS p USING (range_id)
LEFT JOIN device AS d USING (range_id)
LEFT JOIN work AS w USING (range_id)
LEFT JOIN launch AS l USING (range_id)
ORDER BY r.start_ns, s.range_id
