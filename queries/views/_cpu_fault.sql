-- One row per unified memory page fault on a CPU, with the address, and the instruction as recorded in the trace.
SELECT f.start AS start_ns, f.globalPid AS process_id, f.address, f.CpuInstruction AS instruction_id,
    s.value AS instruction
FROM loaded.CUDA_UM_CPU_PAGE_FAULT_EVENTS AS f
LEFT JOIN _string_fault AS s ON s.id = f.CpuInstruction
