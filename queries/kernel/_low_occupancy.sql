-- One row per kernel launch configuration whose theoretical occupancy is below 50 % because of registers or shared
-- memory. Matrix multiplication and attention kernels are excluded because low occupancy is part of their design.
-- Communication kernels are excluded because they do not need many warps.
SELECT *, sum_ns * (1 - occupancy_ratio) AS stake_ns
FROM kernel__occupancy
WHERE occupancy_ratio < 0.5 AND limited_by IN ('registers', 'shared memory')
    AND class NOT IN ('gemm', 'attention', 'communication')
