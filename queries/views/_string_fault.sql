-- One row per string that contains the location of a page fault on a CPU.
-- unstored: the string can be a path.
SELECT CAST(id AS BIGINT) AS id,
    CASE WHEN value IS NOT NULL THEN coalesce(try(decode(encode(value))), '(not UTF-8)') END AS value
FROM raw.StringIds
WHERE CAST(id AS BIGINT) IN (SELECT CpuInstruction FROM loaded.CUDA_UM_CPU_PAGE_FAULT_EVENTS)
