-- One row per kernel with a known launch call: the call, the time in the queue and the execution. The time in the queue
-- lasts from the end of the call to the start of the kernel. It is NULL if the kernel starts before the call ends.
SELECT
    k.operation_id, k.range_name, kn.same_id AS name_id, k.device_id, a.thread_id, cn.same_id AS call_name_id,
    a.call_ns, a.call_end_ns - a.call_ns AS call_duration_ns,
    CASE WHEN k.start_ns >= a.call_end_ns THEN a.call_end_ns END AS queue_ns,
    CASE WHEN k.start_ns >= a.call_end_ns THEN k.start_ns - a.call_end_ns END AS queue_duration_ns,
    k.start_ns, k.duration_ns, greatest(a.call_end_ns, k.end_ns) - a.call_ns AS sum_ns,
    k.grid_x, k.grid_y, k.grid_z, k.block_x, k.block_y, k.block_z
FROM stats__kernel AS k
JOIN _launched AS a USING (operation_id)
JOIN _api_call AS c ON c.call_id = a.call_id
JOIN _kernel_name AS kn ON kn.name_id = k.name_id
JOIN _call_name AS cn ON cn.name_id = c.name_id
