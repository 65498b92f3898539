-- One row per string that says where the CPU ran into a page fault.
-- unstored: it can be a path.
SELECT CAST(id AS BIGINT) AS id,
    CASE WHEN value IS NOT NULL THEN coalesce(try(decode(encode(value))), '(not UTF-8)') END AS value
FROM raw.StringIds
WHERE CAST(id AS BIGINT) IN (SELECT CpuInstruction FROM loaded.CUDA_UM_CPU_PAGE_FAULT_EVENTS)
