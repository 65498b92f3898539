-- One row per string that says where the CPU ran into a page fault.
-- materialised: the trace's string table also holds environments and arguments; only these are kept.
SELECT id, value
FROM raw.StringIds
WHERE id IN (SELECT CpuInstruction FROM loaded.CUDA_UM_CPU_PAGE_FAULT_EVENTS)
