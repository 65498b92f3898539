-- One row per string that says where the CPU ran into a page fault. Not kept: it can be a path.
SELECT id, value
FROM raw.StringIds
WHERE id IN (SELECT CpuInstruction FROM loaded.CUDA_UM_CPU_PAGE_FAULT_EVENTS)
