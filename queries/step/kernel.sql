-- One row per phase, GPU of a process and kernel name: its part of a step; ordered by phase, process and GPU, then by
-- median_ns, largest first. A step in which it does not run counts with 0.
--
-- phase          VARCHAR  -      prefill, decode, mixed, train, or other
-- process_id     BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id         BIGINT   -      the GPU
-- name           VARCHAR  -      demangled name
-- label          VARCHAR  -      short name that tells kernels apart, see kernel_label
-- class          VARCHAR  -      kind of work, see kernel_rule
-- step_count     BIGINT   count  steps of the phase
-- run_count      BIGINT   count  runs in all steps together
-- median_count   DOUBLE   count  runs per step, median
-- median_ns      DOUBLE   ns     sum of durations per step, median
-- min_ns         BIGINT   ns     least in a step
-- max_ns         BIGINT   ns     most in a step
-- sum_ns         BIGINT   ns     all steps together
-- share_ratio    DOUBLE   ratio  sum_ns over the durations of all kernels in these steps
SELECT k.phase, k.process_id, k.gpu_id, k.name, label_or(l.label, k.name) AS label, k.class, k.step_count, k.run_count,
    k.median_count, k.median_ns, k.min_ns, k.max_ns, k.sum_ns, k.share_ratio
FROM step__kernel_sum AS k
LEFT JOIN kernel_label AS l ON l.name = k.name
ORDER BY k.phase, k.process_id, k.gpu_id, k.median_ns DESC, k.sum_ns DESC, k.name
