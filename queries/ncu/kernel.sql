-- One row per profiled launch, with its ncu measurements, ordered by launch.
--
-- launch                    VARCHAR  -           key of the profiled launch
-- kernel                    VARCHAR  -           kernel name as printed by ncu
-- grid_x                    BIGINT   -           number of blocks in x; NULL if ncu did not print sizes
-- grid_y                    BIGINT   -           number of blocks in y
-- grid_z                    BIGINT   -           number of blocks in z
-- block_x                   BIGINT   -           threads per block in x
-- block_y                   BIGINT   -           threads per block in y
-- block_z                   BIGINT   -           threads per block in z
-- dram_bytes                DOUBLE   bytes       bytes read from and written to DRAM
-- tensor_flops              DOUBLE   flops       tensor core FLOPs (sm__ops_path_tensor), floating point only; NULL if
--                                                not measured
-- scalar_flops              DOUBLE   flops       FLOPs of other pipes: 1 per SASS add or mul, 2 per fma; NULL if not
--                                                measured
-- dram_intensity            DOUBLE   flops/byte  tensor_flops / dram_bytes, or scalar_flops / dram_bytes if the tensor
--                                                cores were not used; NULL if both are 0 or not measured
-- memory_throughput_ratio   DOUBLE   ratio       throughput of the busiest memory unit divided by its peak
-- compute_throughput_ratio  DOUBLE   ratio       throughput of the busiest SM pipe divided by its peak
-- dram_throughput_ratio     DOUBLE   ratio       DRAM throughput divided by its peak
-- locked_duration_ns        DOUBLE   ns          duration under ncu, which locks the clocks; do not compare it with
--                                                nsys durations or add it to them
SELECT l.launch, l.kernel, l.grid_x, l.grid_y, l.grid_z, l.block_x, l.block_y, l.block_z,
    f.dram_bytes, f.tensor_flops, f.scalar_flops,
    coalesce(nullif(f.tensor_flops, 0), nullif(f.scalar_flops, 0)) / nullif(f.dram_bytes, 0) AS dram_intensity,
    f.memory_throughput_ratio, f.compute_throughput_ratio, f.dram_throughput_ratio,
    f.duration_ns AS locked_duration_ns
FROM ncu__launch AS l JOIN ncu__figure AS f USING (launch)
ORDER BY l.launch
