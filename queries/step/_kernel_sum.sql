-- One row per phase, process, GPU and kernel name, with the columns of `step_kernel` except the label.
-- materialized: small, and also used for outliers.
SELECT f.phase, f.process_id, f.gpu_id, n.value AS name, c.class, f.step_count, f.run_count, f.median_count,
    f.median_ns, f.min_ns, f.max_ns, f.sum_ns,
    f.sum_ns / nullif(sum(f.sum_ns) OVER (PARTITION BY f.phase, f.process_id, f.gpu_id), 0)
        AS share_ratio
FROM step__figure AS f
LEFT JOIN _string_kernel AS n ON n.id = f.name_id
LEFT JOIN kernel__class AS c USING (name_id)
WHERE NOT f.is_class
ORDER BY f.phase, f.process_id, f.gpu_id, f.median_ns DESC, f.sum_ns DESC, name
