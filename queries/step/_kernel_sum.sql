-- One row per phase, process, GPU and kernel name, with the columns of `step_kernel` except the label.
-- materialized: medians over all steps, also used for outliers.
SELECT b.phase, b.process_id, b.gpu_id, n.value AS name, c.class, b.step_count, b.run_count, b.median_count,
    b.median_ns, b.min_ns, b.max_ns, b.sum_ns,
    b.sum_ns / nullif(sum(b.sum_ns) OVER (PARTITION BY b.phase, b.process_id, b.gpu_id), 0)
        AS share_ratio
FROM (
    SELECT w.name_id, s.phase, s.process_id, s.gpu_id, any_value(p.step_count) AS step_count,
        sum(w.operation_count)::BIGINT AS run_count,
        median_with_zeros(w.operation_count, any_value(p.step_count)) AS median_count,
        median_with_zeros(w.sum_ns, any_value(p.step_count)) AS median_ns,
        CASE WHEN count(*) < any_value(p.step_count) THEN 0 ELSE min(w.sum_ns) END AS min_ns,
        max(w.sum_ns) AS max_ns, sum(w.sum_ns)::BIGINT AS sum_ns
    FROM step__kernel AS w
    JOIN step AS s USING (step_id)
    JOIN (SELECT phase, process_id, gpu_id, count(*) AS step_count FROM step GROUP BY ALL) AS p
        ON p.phase = s.phase AND p.process_id = s.process_id AND p.gpu_id = s.gpu_id
    GROUP BY w.name_id, s.phase, s.process_id, s.gpu_id
) AS b
LEFT JOIN _string_kernel AS n ON n.id = b.name_id
LEFT JOIN kernel__class AS c USING (name_id)
ORDER BY b.phase, b.process_id, b.gpu_id, b.median_ns DESC, b.sum_ns DESC, name
