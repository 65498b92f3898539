-- One row per step and kernel name: runs and sum of durations.
-- materialized: one pass over all kernels, asked for by kernels, classes and outliers of steps.
SELECT step_id, name_id, count(*) AS operation_count, sum(duration_ns)::BIGINT AS sum_ns
FROM step__work
WHERE kind = 'kernel'
GROUP BY step_id, name_id
