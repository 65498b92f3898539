-- One row with the totals of unified memory migrations and page faults.
--
-- to_device_bytes  BIGINT  bytes  bytes migrated to devices
-- to_host_bytes    BIGINT  bytes  bytes migrated to the host
-- cpu_fault_count  BIGINT  count  number of CPU page faults
-- gpu_fault_count  BIGINT  count  number of GPU page faults
-- min_address      BIGINT  -      lowest address with a migration or page fault; NULL unless migrations occurred in
--                                 both directions and page faults on both CPU and GPU
-- max_address      BIGINT  -      highest such address; NULL under the same condition
--
-- nsys: to_device_bytes = Total HtoD Migration Size:mem_B
-- nsys: to_host_bytes = Total DtoH Migration Size:mem_B
-- nsys: cpu_fault_count = Total CPU Page Faults
-- nsys: gpu_fault_count = Total GPU PageFaults
-- nsys: min_address = Minimum Virtual Address:addr_uint
-- nsys: max_address = Maximum Virtual Address:addr_uint
WITH touched AS (
    SELECT 'to_device' AS what, address FROM stats__migration WHERE to_device_bytes IS NOT NULL
    UNION ALL SELECT 'to_host', address FROM stats__migration WHERE to_host_bytes IS NOT NULL
    UNION ALL SELECT 'cpu_fault', address FROM _cpu_fault
    UNION ALL SELECT 'gpu_fault', address FROM _gpu_fault
),
-- nsys reports address bounds only if all four kinds of events occurred.
bounds AS (SELECT min(address) AS lowest, max(address) AS highest FROM touched HAVING count(DISTINCT what) = 4)
SELECT
    (SELECT sum(to_device_bytes)::BIGINT FROM stats__migration) AS to_device_bytes,
    (SELECT sum(to_host_bytes)::BIGINT FROM stats__migration) AS to_host_bytes,
    (SELECT count(*) FROM _cpu_fault) AS cpu_fault_count,
    (SELECT sum(fault_count)::BIGINT FROM _gpu_fault) AS gpu_fault_count,
    (SELECT lowest FROM bounds) AS min_address,
    (SELECT highest FROM bounds) AS max_address
