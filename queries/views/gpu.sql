-- One row per GPU that the trace describes; ordered by number.
--
-- gpu_id                         BIGINT   -          number among the GPUs of the machine
-- name                           VARCHAR  -          product name
-- chip                           VARCHAR  -          chip, such as GA100
-- sm_count                       BIGINT   count      streaming multiprocessors
-- clock_hz                       BIGINT   Hz         boost clock
-- memory_bytes                   BIGINT   bytes      memory
-- bandwidth_bytes_per_s          BIGINT   bytes/s    peak memory bandwidth
-- l2_cache_bytes                 BIGINT   bytes      second-level cache
-- compute_capability             VARCHAR  -          such as 8.0
SELECT id AS gpu_id, name, nullif(chipName, '') AS chip, smCount AS sm_count, clockRate AS clock_hz,
    totalMemory AS memory_bytes, memoryBandwidth AS bandwidth_bytes_per_s, l2CacheSize AS l2_cache_bytes,
    computeMajor || '.' || computeMinor AS compute_capability
FROM loaded.TARGET_INFO_GPU
UNION ALL
-- Before 2021.3; the newer table wins where a trace has both.
SELECT id, name, NULL, multiprocessorCount, coreClockRate, memorySize, memoryBandwidth, l2CacheSize,
    computeCapabilityMajor || '.' || computeCapabilityMinor
FROM loaded.TARGET_INFO_CUDA_GPU
WHERE NOT EXISTS (SELECT 1 FROM loaded.TARGET_INFO_GPU)
ORDER BY gpu_id
