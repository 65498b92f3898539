-- One row: what unified memory moved, and the page faults.
--
-- to_device_bytes  BIGINT  bytes  Total HtoD Migration Size:mem_B | bytes moved to devices
-- to_host_bytes    BIGINT  bytes  Total DtoH Migration Size:mem_B | bytes moved to the host
-- cpu_fault_count  BIGINT  count  Total CPU Page Faults | page faults of CPUs
-- gpu_fault_count  BIGINT  count  Total GPU PageFaults | page faults of GPUs
-- minimum_address  BIGINT  -      Minimum Virtual Address:addr_uint | lowest address that a fault names
-- maximum_address  BIGINT  -      Maximum Virtual Address:addr_uint | highest address that a fault names
SELECT
    (SELECT sum(to_device_bytes)::BIGINT FROM stats__migration) AS to_device_bytes,
    (SELECT sum(to_host_bytes)::BIGINT FROM stats__migration) AS to_host_bytes,
    (SELECT count(*) FROM _cpu_fault) AS cpu_fault_count,
    (SELECT sum(fault_count)::BIGINT FROM _gpu_fault) AS gpu_fault_count,
    CASE WHEN cpu.lowest <= gpu_side.lowest THEN cpu.lowest ELSE gpu_side.lowest END AS minimum_address,
    CASE WHEN cpu.highest >= gpu_side.highest THEN cpu.highest ELSE gpu_side.highest END AS maximum_address
FROM (SELECT min(address) AS lowest, max(address) AS highest FROM _cpu_fault) AS cpu,
    (SELECT min(address) AS lowest, max(address) AS highest FROM _gpu_fault) AS gpu_side
