-- One row per instruction that page faults of CPUs came from; most faults first.
--
-- fault_count  BIGINT   count  CPU Page Faults | faults
-- instruction  VARCHAR  -      CPU Instruction Address | instruction, as the trace names it
SELECT count(*) AS fault_count, instruction
FROM _cpu_fault
GROUP BY instruction_id, instruction
ORDER BY fault_count DESC, instruction
