-- One row per time in which the profiler kept a process from its GPU work: it flushed its records, or stopped.
SELECT o.start AS start_ns, o."end" AS end_ns, o.globalTid AS thread_id
FROM loaded.PROFILER_OVERHEAD AS o
JOIN _string_overhead AS s ON s.id = o.nameId
WHERE s.value IN ('CUDA profiling data flush overhead', 'CUDA profiling stop overhead', 'CUDA profiling overhead')
