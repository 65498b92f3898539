-- One row per instant at which the CPU and GPU interact: a copy to or from host memory, a graph run, or the return of a
-- blocking call. gpu_id is NULL for calls, because a call can wait for any GPU of the process.
SELECT o.process_id, o.gpu_id, o.start_ns AS at_ns
FROM copy AS c JOIN _gpu_operation AS o USING (operation_id)
WHERE c.kind IN ('Host-to-Device', 'Device-to-Host')
UNION ALL
SELECT process_id, gpu_id, start_ns FROM _gpu_operation WHERE kind = 'graph'
UNION ALL
SELECT thread_id & -16777216, NULL, end_ns FROM (SELECT DISTINCT thread_id, end_ns FROM gap__blocked)
