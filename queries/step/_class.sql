-- One row per GPU operation, showing whether it is communication and whether it is compute. Copies and memsets are
-- neither. A graph run counts as compute because its kernels were not recorded.
SELECT o.operation_id, o.kind, o.gpu_id, o.process_id, o.start_ns, o.end_ns, o.name_id,
    coalesce(c.class = 'communication', false) AS is_communication,
    CASE o.kind WHEN 'kernel' THEN c.class IS DISTINCT FROM 'communication' ELSE o.kind = 'graph' END AS is_compute
FROM _gpu_operation AS o
LEFT JOIN kernel__class AS c USING (name_id)
WHERE o.end_ns >= o.start_ns
