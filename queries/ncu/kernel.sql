-- One row per profiled launch: what ncu measured; ordered by launch.
--
-- launch                    VARCHAR  -           key of the profiled launch
-- kernel                    VARCHAR  -           kernel name as ncu printed it
-- grid_x                    BIGINT   -           blocks, x; NULL where ncu did not print sizes
-- grid_y                    BIGINT   -           blocks, y
-- grid_z                    BIGINT   -           blocks, z
-- block_x                   BIGINT   -           threads a block, x
-- block_y                   BIGINT   -           threads a block, y
-- block_z                   BIGINT   -           threads a block, z
-- dram_bytes                DOUBLE   bytes       read from and written to DRAM
-- tensor_flops              DOUBLE   flops       of tensor cores: sm__ops_path_tensor, floating point only
-- scalar_flops              DOUBLE   flops       of other pipes: SASS add, mul and twice fma; NULL where not counted
-- dram_intensity            DOUBLE   flops/byte  tensor_flops over dram_bytes; where tensor cores did nothing,
--                                                scalar_flops over it; NULL where neither was counted
-- memory_throughput_ratio   DOUBLE   ratio       of the busiest unit of the memory system, over its peak
-- compute_throughput_ratio  DOUBLE   ratio       of the busiest pipe of the SMs, over its peak
-- dram_throughput_ratio     DOUBLE   ratio       of DRAM, over its peak
-- locked_duration_ns        DOUBLE   ns          time under ncu, which locks the clocks: never to be compared or added
--                                                with times of nsys
SELECT l.launch, l.kernel, l.grid_x, l.grid_y, l.grid_z, l.block_x, l.block_y, l.block_z,
    f.dram_bytes, f.tensor_flops, f.scalar_flops,
    coalesce(nullif(f.tensor_flops, 0), nullif(f.scalar_flops, 0)) / nullif(f.dram_bytes, 0) AS dram_intensity,
    f.memory_throughput_ratio, f.compute_throughput_ratio, f.dram_throughput_ratio,
    f.duration_ns AS locked_duration_ns
FROM ncu__launch AS l JOIN ncu__figure AS f USING (launch)
ORDER BY l.launch
