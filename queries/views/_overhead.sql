-- One row per interval of profiler overhead that delayed a process's GPU work: a flush of CUDA profiling data, or the
-- end of CUDA profiling.
SELECT o.start AS start_ns, o."end" AS end_ns, o.globalTid AS thread_id
FROM loaded.PROFILER_OVERHEAD AS o
JOIN _string_overhead AS s ON s.id = o.nameId
WHERE s.value IN ('CUDA profiling data flush overhead', 'CUDA profiling stop overhead', 'CUDA profiling overhead')
