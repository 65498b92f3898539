-- One row per virtual address with unified memory migrations or page faults, ordered by throughput, highest first.
--
-- address                 BIGINT  -        address of the first byte of the pages
-- to_device_bytes         BIGINT  bytes    bytes migrated to the device
-- to_host_bytes           BIGINT  bytes    bytes migrated to the host
-- cpu_fault_count         BIGINT  count    number of CPU page faults
-- gpu_fault_count         BIGINT  count    number of GPU page faults
-- throughput_bytes_per_s  BIGINT  bytes/s  throughput as computed by nsys: bytes times the integer part of (1 s / total
--                                          duration)
--
-- nsys: address = Virtual Address:addr_uint
-- nsys: to_device_bytes = HtoD Migration size:mem_B
-- nsys: to_host_bytes = DtoH Migration size:mem_B
-- nsys: cpu_fault_count = CPU Page Faults
-- nsys: gpu_fault_count =  GPU Page Faults
-- nsys: throughput_bytes_per_s = Migration Throughput:thru_B
WITH moved AS (
    SELECT address, sum(to_device_bytes)::BIGINT AS to_device_bytes, sum(to_host_bytes)::BIGINT AS to_host_bytes,
        sum(duration_ns)::BIGINT AS duration_ns, sum(copied_bytes)::BIGINT AS copied_bytes
    FROM stats__migration GROUP BY address
),
cpu AS (SELECT address, count(*) AS cpu_fault_count FROM _cpu_fault GROUP BY address),
gpu_side AS (SELECT address, sum(fault_count)::BIGINT AS gpu_fault_count FROM _gpu_fault GROUP BY address)
SELECT
    address, to_device_bytes, to_host_bytes, cpu_fault_count, gpu_fault_count,
    CASE WHEN duration_ns > 0 THEN 1000000000 // duration_ns * copied_bytes END AS throughput_bytes_per_s
FROM moved FULL JOIN cpu USING (address) FULL JOIN gpu_side USING (address)
-- For equal throughput, nsys lists addresses with CPU page faults first, then addresses with migrations to the host.
ORDER BY throughput_bytes_per_s DESC NULLS LAST, cpu_fault_count IS NULL, to_host_bytes IS NULL, to_device_bytes IS NULL,
    address
