-- One row per stage instance (one range on one thread), ordered by start_ns.
--
-- stage            VARCHAR  -      stage name
-- range_id         BIGINT   -      range of the instance
-- path             VARCHAR  -      names of the enclosing ranges and of the range itself, joined by /
-- thread_id        BIGINT   -      thread that opened the range (nsys's globalTid)
-- start_ns         BIGINT   ns     start of the range on the CPU
-- wall_ns          BIGINT   ns     duration of the range on the CPU
-- span_ns          BIGINT   ns     time from the start of the instance's first operation to the end of its last one,
--     summed over GPUs
-- busy_ns          BIGINT   ns     time during which at least one of the instance's operations ran, summed over GPUs
-- sum_ns           BIGINT   ns     sum of the durations of the instance's operations
-- idle_ns          BIGINT   ns     span_ns - busy_ns
-- operation_count  BIGINT   count  number of GPU operations launched in the range
-- kernel_count     BIGINT   count  number of kernels among these operations
-- launch_count     BIGINT   count  number of API calls that launched these operations
SELECT i.stage, i.range_id, p.path, i.thread_id, i.start_ns, i.wall_ns, i.span_ns, i.busy_ns, i.sum_ns, i.idle_ns,
    i.operation_count, i.kernel_count, i.launch_count
FROM stage__instance AS i JOIN stage__path AS p USING (range_id)
ORDER BY i.start_ns, i.range_id
