-- One row per thread, device, launching function and kernel name; longest average total time first.
--
-- pid                  BIGINT   -      PID | number of the process
-- tid                  BIGINT   -      TID | number of the thread that launched
-- device_id            BIGINT   -      DevId | CUDA device
-- kernel_count         BIGINT   count  Count | kernels
-- queued_count         BIGINT   count  QCount | kernels that waited in the queue
-- total_average_ns     DOUBLE   ns     TAvg:dur_ns | mean: from entry into the call to the end of call and kernel
-- total_median_ns      DOUBLE   ns     TMed:dur_ns | median
-- total_minimum_ns     BIGINT   ns     TMin:dur_ns | shortest
-- total_maximum_ns     BIGINT   ns     TMax:dur_ns | longest
-- total_deviation_ns   DOUBLE   ns     TStdDev:dur_ns | sample standard deviation
-- call_average_ns      DOUBLE   ns     AAvg:dur_ns | mean: time in the call
-- call_median_ns       DOUBLE   ns     AMed:dur_ns | median
-- call_minimum_ns      BIGINT   ns     AMin:dur_ns | shortest
-- call_maximum_ns      BIGINT   ns     AMax:dur_ns | longest
-- call_deviation_ns    DOUBLE   ns     AStdDev:dur_ns | sample standard deviation
-- queue_average_ns     DOUBLE   ns     QAvg:dur_ns | mean: wait in the queue, of kernels that waited
-- queue_median_ns      DOUBLE   ns     QMed:dur_ns | median
-- queue_minimum_ns     BIGINT   ns     QMin:dur_ns | shortest
-- queue_maximum_ns     BIGINT   ns     QMax:dur_ns | longest
-- queue_deviation_ns   DOUBLE   ns     QStdDev:dur_ns | sample standard deviation
-- kernel_average_ns    DOUBLE   ns     KAvg:dur_ns | mean: time on the GPU
-- kernel_median_ns     DOUBLE   ns     KMed:dur_ns | median
-- kernel_minimum_ns    BIGINT   ns     KMin:dur_ns | shortest
-- kernel_maximum_ns    BIGINT   ns     KMax:dur_ns | longest
-- kernel_deviation_ns  DOUBLE   ns     KStdDev:dur_ns | sample standard deviation
-- call_name            VARCHAR  -      API Name | launching function
-- name                 VARCHAR  -      Kernel Name | kernel
WITH summary AS (
    SELECT k.range_name, k.name_id, k.call_name_id, k.thread_id, k.device_id, count(k.queue_ns) AS queued_count,
        spread(k.total_ns) AS t, spread(k.call_duration_ns) AS a, spread(k.queue_duration_ns) AS q,
        spread(k.duration_ns) AS d
    FROM stats__kernel_call AS k
    GROUP BY ALL
)
SELECT
    pid_of(thread_id) AS pid, tid_of(thread_id) AS tid, device_id, t.count AS kernel_count, queued_count,
    t.mean AS total_average_ns, t.median AS total_median_ns, t.least AS total_minimum_ns,
    t.most AS total_maximum_ns, t.deviation AS total_deviation_ns,
    a.mean AS call_average_ns, a.median AS call_median_ns, a.least AS call_minimum_ns,
    a.most AS call_maximum_ns, a.deviation AS call_deviation_ns,
    q.mean AS queue_average_ns, q.median AS queue_median_ns, q.least AS queue_minimum_ns,
    q.most AS queue_maximum_ns, q.deviation AS queue_deviation_ns,
    d.mean AS kernel_average_ns, d.median AS kernel_median_ns, d.least AS kernel_minimum_ns,
    d.most AS kernel_maximum_ns, d.deviation AS kernel_deviation_ns,
    cn.name AS call_name, label_text(range_name, kn.name) AS name
FROM summary
JOIN _kernel_name AS kn ON kn.name_id = summary.name_id
JOIN _call_name AS cn ON cn.name_id = summary.call_name_id
ORDER BY round(total_average_ns, 1) DESC, pid, tid, device_id, call_name, name
