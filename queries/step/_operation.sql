-- One row per GPU operation that can mark a step, with the key of its kind. Operations are of the same kind if they are
-- kernels with the same name, grid and block; runs of the same graph; or copies of the same size to or from host
-- memory. If several kinds run once per step, the one with the lowest preference number marks the step, because a step
-- begins when the CPU hands data or work to the GPU.
SELECT k.operation_id, k.process_id, g.gpu_id, k.start_ns, k.duration_ns, k.name_id,
    k.grid_x, k.grid_y, k.grid_z, NULL::VARCHAR AS other, 4 AS preference,
    hash(k.name_id, k.grid_x, k.grid_y, k.grid_z, k.block_x, k.block_y, k.block_z) AS key_id
FROM _kernel AS k
JOIN step__gpu AS g ON g.process_id = k.process_id AND g.device_id IS NOT DISTINCT FROM k.device_id
UNION ALL
SELECT g.operation_id, g.process_id, g.gpu_id, g.start_ns, g.duration_ns, NULL, NULL, NULL, NULL,
    'graph ' || r.graph_id, 2, hash('graph', r.graph_id)
FROM graph_run AS r JOIN _gpu_operation AS g USING (operation_id)
UNION ALL
SELECT g.operation_id, g.process_id, g.gpu_id, g.start_ns, g.duration_ns, NULL, NULL, NULL, NULL,
    'copy ' || c.kind || ' of ' || c.copied_bytes || ' B', CASE c.kind WHEN 'Host-to-Device' THEN 1 ELSE 3 END,
    hash('copy', c.kind, c.copied_bytes)
FROM copy AS c JOIN _gpu_operation AS g USING (operation_id)
WHERE c.kind IN ('Host-to-Device', 'Device-to-Host')
