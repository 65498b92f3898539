-- One row per process that ran GPU operations, called the CUDA API, or opened ranges, ordered by pid.
--
-- process_id       BIGINT  -      key of the process (nsys's globalPid)
-- pid              BIGINT  -      process ID on its machine
-- operation_count  BIGINT  count  number of GPU operations
-- sum_ns           BIGINT  ns     sum of the durations of these operations
-- device_count     BIGINT  count  number of GPUs that these operations ran on
-- call_count       BIGINT  count  number of CUDA API calls
-- range_count      BIGINT  count  number of NVTX ranges
WITH work AS (
    SELECT process_id, count(*) AS operation_count, sum(duration_ns)::BIGINT AS sum_ns,
        count(DISTINCT device_id) AS device_count
    FROM _gpu_operation GROUP BY process_id
),
cpu AS (
    SELECT process_id, sum(call_count)::BIGINT AS call_count, sum(range_count)::BIGINT AS range_count
    FROM thread GROUP BY process_id
)
SELECT
    process_id, (process_id >> 24) & 16777215 AS pid,
    coalesce(w.operation_count, 0) AS operation_count,
    coalesce(w.sum_ns, 0) AS sum_ns,
    coalesce(w.device_count, 0) AS device_count,
    coalesce(c.call_count, 0) AS call_count,
    coalesce(c.range_count, 0) AS range_count
FROM work AS w FULL JOIN cpu AS c USING (process_id)
ORDER BY pid
