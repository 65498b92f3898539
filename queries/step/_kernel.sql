-- One row per step and kernel name: runs and sum of durations.
-- materialized: one pass over all kernels, asked for by kernels, classes and outliers of steps.
SELECT w.step_id, k.name_id, count(*) AS operation_count, sum(w.duration_ns)::BIGINT AS sum_ns
FROM step__work AS w JOIN _kernel AS k USING (operation_id)
GROUP BY w.step_id, k.name_id
