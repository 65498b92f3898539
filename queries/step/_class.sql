-- One row per GPU operation: whether it is communication, and whether it computes. Copies and memsets are neither; a
-- graph run computes, since what ran in it was not recorded.
SELECT k.operation_id, 'kernel' AS kind, g.gpu_id, k.process_id, k.start_ns, k.end_ns, k.name_id,
    coalesce(c.class = 'communication', false) AS is_communication,
    c.class IS DISTINCT FROM 'communication' AS is_compute
FROM _kernel AS k
JOIN step__gpu AS g ON g.process_id = k.process_id AND g.device_id IS NOT DISTINCT FROM k.device_id
LEFT JOIN kernel__class AS c USING (name_id)
WHERE k.end_ns >= k.start_ns
UNION ALL
SELECT operation_id, kind, gpu_id, process_id, start_ns, end_ns, NULL, false, kind = 'graph'
FROM _gpu_operation
WHERE kind <> 'kernel' AND end_ns >= start_ns
