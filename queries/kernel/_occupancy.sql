-- One row per launch configuration in `kernel__shape` on a GPU that the trace describes, with the number of its blocks
-- that fit on an SM and what limits this number. Registers are allocated per warp in units of 256. Shared memory is
-- allocated per block in units of 128 bytes. Compute capability 8.0 and later reserve an additional 1 KB per block for
-- the system (CUDA C++ Programming Guide). The limits per SM are taken from the trace.
WITH device AS (
    SELECT id AS gpu_id, min(smCount) AS sm_count, min(maxWarpsPerSm) AS warps, min(maxBlocksPerSm) AS blocks,
        min(maxRegistersPerSm) AS registers, min(maxShmemPerSm) AS shared_memory, min(computeMajor) AS major
    FROM loaded.TARGET_INFO_GPU
    WHERE smCount > 0 AND maxWarpsPerSm > 0 AND maxBlocksPerSm > 0 AND maxRegistersPerSm > 0 AND maxShmemPerSm > 0
    GROUP BY id
),
needed AS (
    SELECT s.*, d.sm_count, d.warps AS sm_warps, ceil(s.thread_count / 32.0)::BIGINT AS warp_count,
        d.blocks AS by_blocks,
        d.warps // greatest(ceil(s.thread_count / 32.0)::BIGINT, 1) AS by_warps,
        d.registers // greatest(ceil(s.register_count * 32 / 256.0)::BIGINT * 256, 1)
            // greatest(ceil(s.thread_count / 32.0)::BIGINT, 1) AS by_registers,
        d.shared_memory // greatest(
            ceil((s.shared_memory_bytes + CASE WHEN d.major >= 8 THEN 1024 ELSE 0 END) / 128.0)::BIGINT * 128, 1
        ) AS by_shared_memory
    FROM kernel__shape AS s
    JOIN device AS d USING (gpu_id)
    WHERE s.thread_count > 0
),
fitting AS (
    SELECT *, greatest(least(by_blocks, by_warps, by_registers, by_shared_memory), 1) AS resident_blocks FROM needed
)
SELECT *, least(resident_blocks * warp_count / sm_warps, 1) AS occupancy_ratio,
    CASE WHEN by_shared_memory <= least(by_blocks, by_warps, by_registers) THEN 'shared memory'
        WHEN by_registers <= least(by_blocks, by_warps) THEN 'registers' ELSE 'blocks' END AS limited_by,
    block_count / (resident_blocks * sm_count) AS wave_count
FROM fitting
