-- One row per phase, process, GPU, and kernel name (is_class = false) or kernel class (is_class = true), with the number
-- of executions and the time per step. A step without such kernels counts as 0.
-- materialized: it processes the kernels of all steps.
--
-- Medians are computed from counted values (see counted_median).
WITH total AS (SELECT phase, process_id, gpu_id, count(*) AS step_count FROM step GROUP BY ALL),
part AS (
    SELECT step_id, false AS is_class, name_id, NULL::VARCHAR AS class, operation_count, sum_ns FROM step__kernel
    UNION ALL
    SELECT k.step_id, true, NULL, c.class, sum(k.operation_count)::BIGINT, sum(k.sum_ns)::BIGINT
    FROM step__kernel AS k JOIN kernel__class AS c USING (name_id)
    GROUP BY k.step_id, c.class
),
value AS (
    SELECT s.phase, s.process_id, s.gpu_id, p.is_class, p.name_id, p.class, grouping(p.sum_ns) = 1 AS is_count,
        coalesce(p.sum_ns, p.operation_count) AS value, count(*) AS n
    FROM part AS p JOIN step AS s USING (step_id)
    GROUP BY GROUPING SETS (
        (s.phase, s.process_id, s.gpu_id, p.is_class, p.name_id, p.class, p.sum_ns),
        (s.phase, s.process_id, s.gpu_id, p.is_class, p.name_id, p.class, p.operation_count)
    )
),
-- Steps without such kernels precede the others in the sorted order. last_place is the position of the last of n values.
placed AS (
    SELECT v.*, t.step_count, t.step_count - sum(v.n) OVER of_name AS zero_count,
        t.step_count - sum(v.n) OVER of_name + sum(v.n) OVER (of_name ORDER BY v.value) AS last_place
    FROM value AS v JOIN total AS t USING (phase, process_id, gpu_id)
    WINDOW of_name AS (PARTITION BY v.phase, v.process_id, v.gpu_id, v.is_class, v.name_id, v.class, v.is_count)
),
summed AS (
    SELECT phase, process_id, gpu_id, is_class, name_id, class, is_count, any_value(step_count) AS step_count,
        counted_median(value, last_place, zero_count, step_count) AS median,
        min(CASE WHEN zero_count > 0 THEN 0 ELSE value END) AS min, max(value) AS max, sum(value * n)::BIGINT AS sum
    FROM placed
    GROUP BY ALL
)
SELECT phase, process_id, gpu_id, is_class, name_id, class, any_value(step_count) AS step_count,
    any_value(sum) FILTER (is_count) AS run_count,
    any_value(median) FILTER (is_count) AS median_count,
    any_value(median) FILTER (NOT is_count) AS median_ns,
    any_value(min) FILTER (NOT is_count) AS min_ns,
    any_value(max) FILTER (NOT is_count) AS max_ns,
    any_value(sum) FILTER (NOT is_count) AS sum_ns
FROM summed
GROUP BY phase, process_id, gpu_id, is_class, name_id, class
