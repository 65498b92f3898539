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
SELECT phase, process_id, gpu_id, class, step_count, median_count, median_ns, min_ns, max_ns, sum_ns,
    sum_ns / nullif(sum(sum_ns) OVER (PARTITION BY phase, process_id, gpu_id), 0) AS share_ratio
FROM step__figure
WHERE is_class
ORDER BY phase, process_id, gpu_id, median_ns DESC, sum_ns DESC, class
