-- One row per phase, process, GPU and kernel name, with its executions and time per step, ordered by phase, process and
-- GPU, then by median_ns, largest first. A step in which the kernel does not run counts as 0.
--
-- phase          VARCHAR  -      prefill, decode, mixed, train, or other
-- process_id     BIGINT   -      key of the process (nsys's globalPid)
-- gpu_id         BIGINT   -      GPU number
-- name           VARCHAR  -      demangled name with template arguments
-- label          VARCHAR  -      short name that distinguishes the kernel from others (see kernel_label)
-- class          VARCHAR  -      kernel class (see kernel_rule); other if no rule matches
-- step_count     BIGINT   count  number of steps in the phase
-- run_count      BIGINT   count  number of executions in all steps
-- median_count   DOUBLE   count  median number of executions per step
-- median_ns      DOUBLE   ns     median time per step
-- min_ns         BIGINT   ns     minimum time per step
-- max_ns         BIGINT   ns     maximum time per step
-- sum_ns         BIGINT   ns     time in all steps
-- share_ratio    DOUBLE   ratio  sum_ns divided by the total duration of all kernels in these steps
SELECT k.phase, k.process_id, k.gpu_id, k.name, label_or(l.label, k.name) AS label, k.class, k.step_count, k.run_count,
    k.median_count, k.median_ns, k.min_ns, k.max_ns, k.sum_ns, k.share_ratio
FROM step__kernel_sum AS k
LEFT JOIN kernel_label AS l ON l.name = k.name
ORDER BY k.phase, k.process_id, k.gpu_id, k.median_ns DESC, k.sum_ns DESC, k.name
