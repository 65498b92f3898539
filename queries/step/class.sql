-- One row per phase, process, GPU and kernel class, with the number of kernels and the kernel time per step, ordered by
-- phase, process and GPU, then by median_ns, largest first. A step without kernels in the class counts as 0.
--
-- phase          VARCHAR  -      prefill, decode, mixed, train, or other
-- process_id     BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id         BIGINT   -      GPU number
-- class          VARCHAR  -      kernel class (see kernel_rule); other if no rule matches
-- step_count     BIGINT   count  number of steps in the phase
-- median_count   DOUBLE   count  median number of kernels per step
-- median_ns      DOUBLE   ns     median kernel time per step
-- min_ns         BIGINT   ns     minimum kernel time per step
-- max_ns         BIGINT   ns     maximum kernel time per step
-- sum_ns         BIGINT   ns     kernel time in all steps
-- share_ratio    DOUBLE   ratio  sum_ns divided by the total duration of all kernels in these steps
WITH per_step AS (
    SELECT k.step_id, c.class, sum(k.operation_count) AS operation_count, sum(k.sum_ns) AS sum_ns
    FROM step__kernel AS k JOIN kernel__class AS c USING (name_id)
    GROUP BY ALL
),
phase AS (SELECT phase, process_id, gpu_id, count(*) AS step_count FROM step GROUP BY ALL)
SELECT s.phase, s.process_id, s.gpu_id, w.class, any_value(p.step_count) AS step_count,
    median_with_zeros(w.operation_count, any_value(p.step_count)) AS median_count,
    median_with_zeros(w.sum_ns, any_value(p.step_count)) AS median_ns,
    (CASE WHEN count(*) < any_value(p.step_count) THEN 0 ELSE min(w.sum_ns) END)::BIGINT AS min_ns,
    max(w.sum_ns)::BIGINT AS max_ns, sum(w.sum_ns)::BIGINT AS sum_ns,
    sum(w.sum_ns) / nullif(sum(sum(w.sum_ns)) OVER (PARTITION BY s.phase, s.process_id, s.gpu_id), 0) AS share_ratio
FROM per_step AS w
JOIN step AS s USING (step_id)
JOIN phase AS p ON p.phase = s.phase AND p.process_id = s.process_id AND p.gpu_id = s.gpu_id
GROUP BY s.phase, s.process_id, s.gpu_id, w.class
ORDER BY s.phase, s.process_id, s.gpu_id, median_ns DESC, sum_ns DESC, w.class
