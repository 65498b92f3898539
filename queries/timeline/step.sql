-- One row per process, GPU, phase and group of consecutive steps, for a chart of the run, ordered by GPU, process,
-- phase and start. The result is empty if the trace has no steps.
-- materialized: the result is small, and every report draws it.
--
-- There are at most about 1,000 rows, regardless of the length of the trace. The rows are divided equally among the
-- combinations of process, GPU and phase. If a combination has more steps than rows, each row combines several
-- consecutive steps.
--
-- process_id  BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id      BIGINT   -      GPU number
-- phase       VARCHAR  -      prefill, decode, mixed, train, or other
-- start_ns    BIGINT   ns     start of the first step
-- end_ns      BIGINT   ns     end of the last step
-- busy_ns     BIGINT   ns     GPU busy time, summed over the steps
-- wall_ns     BIGINT   ns     wall time, summed over the steps
-- step_count  BIGINT   count  number of steps
WITH numbered AS (
    SELECT s.process_id, s.gpu_id, s.phase, s.start_ns, s.end_ns, s.busy_ns, s.wall_ns,
        row_number() OVER (PARTITION BY s.process_id, s.gpu_id, s.phase ORDER BY s.start_ns) - 1 AS number,
        count(*) OVER (PARTITION BY s.process_id, s.gpu_id, s.phase) AS n
    FROM step AS s
),
lanes AS (SELECT count(*) AS n FROM (SELECT DISTINCT process_id, gpu_id, phase FROM step))
SELECT s.process_id, s.gpu_id, s.phase, min(s.start_ns) AS start_ns, max(s.end_ns) AS end_ns,
    sum(s.busy_ns)::BIGINT AS busy_ns, sum(s.wall_ns)::BIGINT AS wall_ns, count(*) AS step_count
FROM numbered AS s, lanes AS l
GROUP BY s.process_id, s.gpu_id, s.phase, s.number // (s.n // greatest(1000 // l.n, 1) + 1)
ORDER BY s.gpu_id, s.process_id, s.phase, min(s.start_ns)
