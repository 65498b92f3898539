-- One row per instruction that caused CPU page faults, ordered by number of faults, highest first.
--
-- fault_count  BIGINT   count  number of page faults
-- instruction  VARCHAR  -      instruction as recorded in the trace
--
-- nsys: fault_count = CPU Page Faults
-- nsys: instruction = CPU Instruction Address
SELECT count(*) AS fault_count, instruction
FROM _cpu_fault
GROUP BY instruction_id, instruction
ORDER BY fault_count DESC, instruction_id
