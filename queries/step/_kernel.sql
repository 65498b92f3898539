-- One row per step and kernel name: runs of kernels of its process that start in it, and the sum of their durations.
-- materialized: one pass over all kernels, asked for by kernels, classes and outliers of steps.
SELECT i.step_id, o.name_id, count(*) AS operation_count, sum(o.end_ns - o.start_ns)::BIGINT AS sum_ns
FROM step__class AS o
ASOF JOIN step__interval AS i
    ON i.process_id = o.process_id AND i.gpu_id = o.gpu_id AND i.start_ns <= o.start_ns
WHERE o.kind = 'kernel' AND NOT i.is_cut AND o.start_ns < i.end_ns
GROUP BY ALL
