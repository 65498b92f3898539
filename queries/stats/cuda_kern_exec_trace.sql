-- One row per kernel whose launching call is known; ordered by that call's start.
--
-- call_ns            BIGINT   ns  API Start:ts_ns | entry into the launching call
-- call_duration_ns   BIGINT   ns  API Dur:dur_ns | time in it
-- queue_ns           BIGINT   ns  Queue Start:ts_ns | end of the call, where the kernel waited longer than that
-- queue_duration_ns  BIGINT   ns  Queue Dur:dur_ns | time from there to the kernel's start
-- start_ns           BIGINT   ns  Kernel Start:ts_ns | start on the GPU
-- duration_ns        BIGINT   ns  Kernel Dur:dur_ns | time on the GPU
-- total_ns           BIGINT   ns  Total Dur:dur_ns | from entry to the end of call and kernel
-- pid                BIGINT   -   PID | number of the process
-- tid                BIGINT   -   TID | number of the thread that launched it
-- device_id          BIGINT   -   DevId | CUDA device
-- call_name          VARCHAR  -   API Function | launching function
-- grid               VARCHAR  -   GridXYZ | blocks in x, y and z
-- block              VARCHAR  -   BlockXYZ | threads of a block in x, y and z
-- name               VARCHAR  -   Kernel Name | kernel
SELECT
    k.call_ns, k.call_duration_ns, k.queue_ns, k.queue_duration_ns, k.start_ns, k.duration_ns, k.total_ns,
    pid_of(k.thread_id) AS pid, tid_of(k.thread_id) AS tid, k.device_id, cn.name AS call_name,
    extent_text(k.grid_x, k.grid_y, k.grid_z) AS grid, extent_text(k.block_x, k.block_y, k.block_z) AS block,
    label_text(k.range_name, kn.name) AS name
FROM stats__kernel_call AS k
JOIN _kernel_name AS kn ON kn.name_id = k.name_id
JOIN _call_name AS cn ON cn.name_id = k.call_name_id
ORDER BY k.call_ns, k.operation_id
