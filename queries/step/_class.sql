-- One row per GPU operation: whether it is communication, and whether it computes. Copies and memsets are neither; a
-- graph run computes, since what ran in it was not recorded.
SELECT o.operation_id, o.gpu_id, o.process_id, o.start_ns, o.end_ns, o.name_id,
    coalesce(c.class = 'communication', false) AS is_communication,
    o.kind = 'graph' OR (o.kind = 'kernel' AND c.class IS DISTINCT FROM 'communication') AS is_compute
FROM (
    SELECT g.operation_id, g.kind, g.gpu_id, g.process_id, g.start_ns, g.end_ns, k.name_id
    FROM _gpu_operation AS g LEFT JOIN _kernel AS k USING (operation_id)
    WHERE g.end_ns >= g.start_ns
) AS o
LEFT JOIN kernel__class AS c USING (name_id)
