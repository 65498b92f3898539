-- One row per step and kernel name, with the number and total duration of the kernels of the step's process that start
-- in the step.
-- materialized: one pass over all kernels, used for the kernels, classes and outliers of steps.
SELECT i.step_id, o.name_id, count(*) AS operation_count, sum(o.end_ns - o.start_ns)::BIGINT AS sum_ns
FROM step__class AS o
ASOF JOIN step__interval AS i
    ON i.process_id = o.process_id AND i.gpu_id = o.gpu_id AND i.start_ns <= o.start_ns
WHERE o.kind = 'kernel' AND NOT i.is_cut AND o.start_ns < i.end_ns
GROUP BY ALL
