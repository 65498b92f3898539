-- One row per thread, device, launch function and kernel name, ordered by mean total time, longest first.
--
-- pid               BIGINT   -      process ID
-- tid               BIGINT   -      ID of the launching thread
-- device_id         BIGINT   -      CUDA device ordinal
-- kernel_count      BIGINT   count  number of kernels
-- queued_count      BIGINT   count  number of kernels that waited in the queue
-- total_mean_ns     DOUBLE   ns     mean total time: from the start of the call to the end of the call or the kernel,
--                                   whichever is later
-- total_median_ns   DOUBLE   ns     median total time
-- total_min_ns      BIGINT   ns     minimum total time
-- total_max_ns      BIGINT   ns     maximum total time
-- total_stddev_ns   DOUBLE   ns     sample standard deviation of the total time; 0 for a single value
-- call_mean_ns      DOUBLE   ns     mean duration of the call
-- call_median_ns    DOUBLE   ns     median duration of the call
-- call_min_ns       BIGINT   ns     minimum duration of the call
-- call_max_ns       BIGINT   ns     maximum duration of the call
-- call_stddev_ns    DOUBLE   ns     sample standard deviation of the call duration; 0 for a single value
-- queue_mean_ns     DOUBLE   ns     mean time in the queue across kernels that waited; NULL if none waited
-- queue_median_ns   DOUBLE   ns     median time in the queue
-- queue_min_ns      BIGINT   ns     minimum time in the queue
-- queue_max_ns      BIGINT   ns     maximum time in the queue
-- queue_stddev_ns   DOUBLE   ns     sample standard deviation of the time in the queue; 0 if at most one kernel waited
-- kernel_mean_ns    DOUBLE   ns     mean duration on the GPU
-- kernel_median_ns  DOUBLE   ns     median duration on the GPU
-- kernel_min_ns     BIGINT   ns     minimum duration on the GPU
-- kernel_max_ns     BIGINT   ns     maximum duration on the GPU
-- kernel_stddev_ns  DOUBLE   ns     sample standard deviation of the duration on the GPU; 0 for a single value
-- call_name         VARCHAR  -      API function that launched the kernel
-- name              VARCHAR  -      kernel name
--
-- nsys: pid = PID
-- nsys: tid = TID
-- nsys: device_id = DevId
-- nsys: kernel_count = Count
-- nsys: queued_count = QCount
-- nsys: total_mean_ns = TAvg:dur_ns
-- nsys: total_median_ns = TMed:dur_ns
-- nsys: total_min_ns = TMin:dur_ns
-- nsys: total_max_ns = TMax:dur_ns
-- nsys: total_stddev_ns = TStdDev:dur_ns
-- nsys: call_mean_ns = AAvg:dur_ns
-- nsys: call_median_ns = AMed:dur_ns
-- nsys: call_min_ns = AMin:dur_ns
-- nsys: call_max_ns = AMax:dur_ns
-- nsys: call_stddev_ns = AStdDev:dur_ns
-- nsys: queue_mean_ns = QAvg:dur_ns
-- nsys: queue_median_ns = QMed:dur_ns
-- nsys: queue_min_ns = QMin:dur_ns
-- nsys: queue_max_ns = QMax:dur_ns
-- nsys: queue_stddev_ns = QStdDev:dur_ns
-- nsys: kernel_mean_ns = KAvg:dur_ns
-- nsys: kernel_median_ns = KMed:dur_ns
-- nsys: kernel_min_ns = KMin:dur_ns
-- nsys: kernel_max_ns = KMax:dur_ns
-- nsys: kernel_stddev_ns = KStdDev:dur_ns
-- nsys: call_name = API Name
-- nsys: name = Kernel Name
WITH summary AS (
    SELECT k.range_name, k.name_id, k.call_name_id, k.thread_id, k.device_id, count(k.queue_ns) AS queued_count,
        spread(k.sum_ns) AS t, spread(k.call_duration_ns) AS a, spread(k.queue_duration_ns) AS q,
        spread(k.duration_ns) AS d
    FROM stats__kernel_call AS k
    GROUP BY ALL
)
SELECT
    pid_of(thread_id) AS pid, tid_of(thread_id) AS tid, device_id, t.count AS kernel_count, queued_count,
    t.mean AS total_mean_ns, t.median AS total_median_ns, t.min AS total_min_ns,
    t.max AS total_max_ns, t.stddev AS total_stddev_ns,
    a.mean AS call_mean_ns, a.median AS call_median_ns, a.min AS call_min_ns,
    a.max AS call_max_ns, a.stddev AS call_stddev_ns,
    q.mean AS queue_mean_ns, q.median AS queue_median_ns, q.min AS queue_min_ns,
    q.max AS queue_max_ns, q.stddev AS queue_stddev_ns,
    d.mean AS kernel_mean_ns, d.median AS kernel_median_ns, d.min AS kernel_min_ns,
    d.max AS kernel_max_ns, d.stddev AS kernel_stddev_ns,
    cn.name AS call_name, label_text(range_name, kn.name) AS name
FROM summary
JOIN _kernel_name AS kn ON kn.name_id = summary.name_id
JOIN _call_name AS cn ON cn.name_id = summary.call_name_id
ORDER BY round(total_mean_ns, 1) DESC, pid, tid, device_id, call_name, name
