-- One row per kernel in the trace (name, grid and block) and profiled launch that matches its name (see ncu_join),
-- ordered by sum_ns, largest first.
--
-- name                      VARCHAR  -           kernel name in the trace
-- label                     VARCHAR  -           unique short kernel name (see kernel_label)
-- grid_x                    BIGINT   -           number of blocks in x, in the trace
-- grid_y                    BIGINT   -           number of blocks in y
-- grid_z                    BIGINT   -           number of blocks in z
-- block_x                   BIGINT   -           threads per block in x
-- block_y                   BIGINT   -           threads per block in y
-- block_z                   BIGINT   -           threads per block in z
-- instance_count            BIGINT   count       number of executions in the trace
-- sum_ns                    BIGINT   ns          sum of the durations of these executions, from nsys
-- launch                    VARCHAR  -           key of the profiled launch
-- is_same_shape             BOOLEAN  -           whether grid and block are equal; if so, the bytes and FLOPs of the
--                                                launch apply to this kernel, otherwise only the ratios do
-- dram_bytes                DOUBLE   bytes       bytes that the launch read from and wrote to DRAM
-- dram_intensity            DOUBLE   flops/byte  FLOPs / dram_bytes of the launch (see ncu_kernel)
-- memory_throughput_ratio   DOUBLE   ratio       throughput of the busiest memory unit divided by its peak
-- compute_throughput_ratio  DOUBLE   ratio       throughput of the busiest SM pipe divided by its peak
-- matched_by                VARCHAR  -           how the launch was matched to the kernel name (see ncu_join)
WITH shape AS (
    SELECT name_id, grid_x, grid_y, grid_z, block_x, block_y, block_z, count(*) AS instance_count,
        sum(duration_ns)::BIGINT AS sum_ns
    FROM _kernel
    GROUP BY ALL
)
SELECT n.value AS name, label_or(t.label, n.value) AS label, s.grid_x, s.grid_y, s.grid_z, s.block_x, s.block_y, s.block_z, s.instance_count, s.sum_ns,
    l.launch,
    coalesce(
        (s.grid_x, s.grid_y, s.grid_z) = (l.grid_x, l.grid_y, l.grid_z)
        AND (s.block_x, s.block_y, s.block_z) = (l.block_x, l.block_y, l.block_z),
        false
    ) AS is_same_shape,
    k.dram_bytes, k.dram_intensity, k.memory_throughput_ratio, k.compute_throughput_ratio,
    l.matched_by
FROM shape AS s
JOIN ncu__known AS l USING (name_id)
JOIN ncu_kernel AS k USING (launch)
LEFT JOIN _string_kernel AS n ON n.id = s.name_id
LEFT JOIN kernel_label AS t ON t.name = n.value
ORDER BY s.sum_ns DESC, name, s.grid_x, s.grid_y, s.grid_z, s.block_x, s.block_y, s.block_z, l.launch
