-- One row per GPU described in the trace, ordered by gpu_id.
--
-- gpu_id                 BIGINT   -        GPU number on its machine
-- name                   VARCHAR  -        product name
-- chip                   VARCHAR  -        chip name, such as GA100
-- sm_count               BIGINT   count    number of streaming multiprocessors
-- clock_hz               BIGINT   Hz       boost clock frequency
-- memory_bytes           BIGINT   bytes    size of the memory
-- bandwidth_bytes_per_s  BIGINT   bytes/s  peak memory bandwidth
-- l2_cache_bytes         BIGINT   bytes    size of the L2 cache
-- compute_capability     VARCHAR  -        compute capability, such as 8.0
--
-- nsys writes 0 for unknown values. These values are NULL here, because no GPU has 0 SMs, 0 Hz, 0 bytes or compute
-- capability 0.
WITH listed AS (
    -- Before nsys 2021.3, the GPU number is in deviceId, and the properties are in TARGET_INFO_CUDA_GPU.
    SELECT coalesce(id, deviceId) AS gpu_id, id IS NULL AS is_old, nullif(name, '') AS name,
        nullif(chipName, '') AS chip, nullif(smCount, 0) AS sm_count, nullif(clockRate, 0) AS clock_hz,
        nullif(totalMemory, 0) AS memory_bytes, nullif(memoryBandwidth, 0) AS bandwidth_bytes_per_s,
        nullif(l2CacheSize, 0) AS l2_cache_bytes,
        nullif(computeMajor, 0) || '.' || computeMinor AS compute_capability
    FROM loaded.TARGET_INFO_GPU
),
described AS (
    SELECT coalesce(deviceId, id) AS gpu_id, nullif(name, '') AS name,
        coalesce(nullif(numMultiprocessors, 0), nullif(multiprocessorCount, 0)) AS sm_count,
        nullif(coreClockRate, 0) AS clock, coalesce(nullif(globalMemorySize, 0), nullif(memorySize, 0)) AS memory,
        coalesce(nullif(globalMemoryBandwidth, 0), nullif(memoryBandwidth, 0)) AS bandwidth,
        nullif(l2CacheSize, 0) AS l2_cache_bytes,
        nullif(computeCapabilityMajor, 0) || '.' || computeCapabilityMinor AS compute_capability
    FROM loaded.TARGET_INFO_CUDA_GPU
),
device AS (
    -- A device can be described once per process. If processes use the same number for different GPUs, their
    -- descriptions disagree. It is then unknown which GPU a value belongs to.
    SELECT gpu_id, agreed(name) AS name, agreed(sm_count) AS sm_count,
        -- GPU clocks are between 100 MHz and 10 GHz, so the value identifies the unit: Hz, kHz (as in CUPTI) or MHz.
        agreed(clock * CASE WHEN clock >= 100000000 THEN 1 WHEN clock >= 100000 THEN 1000 ELSE 1000000 END)
            AS clock_hz,
        -- No GPU has less than 2^20 bytes of memory, so a smaller value is in MiB.
        agreed(memory * CASE WHEN memory < 1048576 THEN 1048576 ELSE 1 END) AS memory_bytes,
        -- CUPTI's unit is kB/s. The GPU bandwidths in such tables are between 5 GB/s and 5 TB/s. Therefore, a value of
        -- at least 5e9 is in bytes/s, other values of at least 5e6 are in kB/s, and the unit of smaller values is
        -- unknown.
        agreed(bandwidth * CASE WHEN bandwidth >= 5000000000 THEN 1 WHEN bandwidth >= 5000000 THEN 1000 END)
            AS bandwidth_bytes_per_s,
        agreed(l2_cache_bytes) AS l2_cache_bytes, agreed(compute_capability) AS compute_capability
    FROM described
    GROUP BY gpu_id
)
SELECT gpu_id,
    -- Device properties and kernels refer to the CUDA device number, so the CUDA device name takes precedence over a
    -- name from the old list.
    coalesce(CASE WHEN l.is_old THEN d.name END, l.name, d.name) AS name,
    l.chip,
    coalesce(l.sm_count, d.sm_count) AS sm_count,
    coalesce(l.clock_hz, d.clock_hz) AS clock_hz,
    coalesce(l.memory_bytes, d.memory_bytes) AS memory_bytes,
    coalesce(l.bandwidth_bytes_per_s, d.bandwidth_bytes_per_s) AS bandwidth_bytes_per_s,
    coalesce(l.l2_cache_bytes, d.l2_cache_bytes) AS l2_cache_bytes,
    coalesce(l.compute_capability, d.compute_capability) AS compute_capability
FROM listed AS l
FULL JOIN device AS d USING (gpu_id)
ORDER BY gpu_id
