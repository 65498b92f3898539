-- One row per kernel with a known launch call, ordered by the start of the call.
--
-- call_ns            BIGINT   ns  start of the launch call
-- call_duration_ns   BIGINT   ns  duration of the launch call
-- queue_ns           BIGINT   ns  end of the call, which is when queueing starts; NULL if the kernel started earlier
-- queue_duration_ns  BIGINT   ns  time from queue_ns to the start of the kernel; NULL if the kernel started earlier
-- start_ns           BIGINT   ns  start time on the GPU
-- duration_ns        BIGINT   ns  duration on the GPU
-- sum_ns             BIGINT   ns  time from the start of the call to the end of the call or the kernel, whichever is
--                                 later
-- pid                BIGINT   -   process ID
-- tid                BIGINT   -   ID of the launching thread
-- device_id          BIGINT   -   CUDA device ordinal
-- call_name          VARCHAR  -   API function that launched the kernel
-- grid               VARCHAR  -   grid size in blocks (x, y, z)
-- block              VARCHAR  -   block size in threads (x, y, z)
-- name               VARCHAR  -   kernel name
--
-- nsys: call_ns = API Start:ts_ns
-- nsys: call_duration_ns = API Dur:dur_ns
-- nsys: queue_ns = Queue Start:ts_ns
-- nsys: queue_duration_ns = Queue Dur:dur_ns
-- nsys: start_ns = Kernel Start:ts_ns
-- nsys: duration_ns = Kernel Dur:dur_ns
-- nsys: sum_ns = Total Dur:dur_ns
-- nsys: pid = PID
-- nsys: tid = TID
-- nsys: device_id = DevId
-- nsys: call_name = API Function
-- nsys: grid = GridXYZ
-- nsys: block = BlockXYZ
-- nsys: name = Kernel Name
SELECT
    k.call_ns, k.call_duration_ns, k.queue_ns, k.queue_duration_ns, k.start_ns, k.duration_ns, k.sum_ns,
    pid_of(k.thread_id) AS pid, tid_of(k.thread_id) AS tid, k.device_id, cn.name AS call_name,
    extent_text(k.grid_x, k.grid_y, k.grid_z) AS grid, extent_text(k.block_x, k.block_y, k.block_z) AS block,
    label_text(k.range_name, kn.name) AS name
FROM stats__kernel_call AS k
JOIN _kernel_name AS kn ON kn.name_id = k.name_id
JOIN _call_name AS cn ON cn.name_id = k.call_name_id
ORDER BY k.call_ns, k.operation_id
