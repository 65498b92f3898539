-- One row per outlier step, ordered by the absolute difference from the median, largest first. The wall time of an
-- outlier is more than 1.5 interquartile ranges above the third quartile or below the first quartile for its phase,
-- process and GPU. The row shows the term and the kernel that differ most from their medians.
--
-- step_id        BIGINT   -   ID of the step (see step)
-- phase          VARCHAR  -   prefill, decode, mixed, train, or other
-- process_id     BIGINT   -   key of the process (nsys's globalPid)
-- gpu_id         BIGINT   -   GPU number
-- start_ns       BIGINT   ns  start of the step on the GPU
-- wall_ns        BIGINT   ns  wall time of the step
-- median_ns      DOUBLE   ns  median wall time for the step's phase, process and GPU
-- difference_ns  DOUBLE   ns  wall_ns - median_ns
-- term           VARCHAR  -   term that differs most from its median: compute_busy, exposed_communication,
--     launch_bound, synchronization, dependency, or rest
-- term_ns        DOUBLE   ns  difference between the term and its median
-- kernel         VARCHAR  -   kernel whose time differs most from its median per step
-- label          VARCHAR  -   short name that distinguishes the kernel from others (see kernel_label)
-- kernel_ns      DOUBLE   ns  difference between the kernel's time and its median per step
WITH quarter AS (
    SELECT phase, process_id, gpu_id, median(wall_ns) AS median_ns, quantile_cont(wall_ns, 0.25) AS q1_ns,
        quantile_cont(wall_ns, 0.75) AS q3_ns
    FROM step GROUP BY ALL
),
far AS (
    SELECT s.step_id, s.phase, s.process_id, s.gpu_id, s.start_ns, s.wall_ns, q.median_ns
    FROM step AS s JOIN quarter AS q USING (phase, process_id, gpu_id)
    WHERE s.wall_ns > q.q3_ns + 1.5 * (q.q3_ns - q.q1_ns) OR s.wall_ns < q.q1_ns - 1.5 * (q.q3_ns - q.q1_ns)
),
term AS (
    SELECT step_id, term, ns - median(ns) OVER (PARTITION BY phase, process_id, gpu_id, term) AS off_ns
    FROM step_term
    WHERE blocking_call IS NULL
        AND term IN ('compute_busy', 'exposed_communication', 'launch_bound', 'synchronization', 'dependency', 'rest')
),
ran AS (
    SELECT w.step_id, n.value AS name, w.sum_ns
    FROM step__kernel AS w SEMI JOIN far USING (step_id) LEFT JOIN _string_kernel AS n ON n.id = w.name_id
),
kernel_off AS (
    SELECT f.step_id, k.name, coalesce(r.sum_ns, 0) - k.median_ns AS off_ns
    FROM far AS f
    JOIN step__kernel_sum AS k USING (phase, process_id, gpu_id)
    LEFT JOIN ran AS r ON r.step_id = f.step_id AND r.name IS NOT DISTINCT FROM k.name
)
SELECT f.step_id, f.phase, f.process_id, f.gpu_id, f.start_ns, f.wall_ns, f.median_ns,
    f.wall_ns - f.median_ns AS difference_ns,
    t.term, t.off_ns AS term_ns, k.name AS kernel, label_or(l.label, k.name) AS label,
    k.off_ns AS kernel_ns
FROM far AS f
LEFT JOIN (SELECT step_id, arg_max(term, abs(off_ns)) AS term, arg_max(off_ns, abs(off_ns)) AS off_ns FROM term GROUP BY ALL)
    AS t USING (step_id)
LEFT JOIN (
    SELECT step_id, arg_max(name, abs(off_ns)) AS name, arg_max(off_ns, abs(off_ns)) AS off_ns FROM kernel_off GROUP BY ALL
) AS k USING (step_id)
LEFT JOIN kernel_label AS l ON l.name = k.name
ORDER BY abs(f.wall_ns - f.median_ns) DESC, f.step_id
