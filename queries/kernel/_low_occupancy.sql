-- One row per kernel launch configuration whose theoretical occupancy is below 50 % because of registers or shared
-- memory. Matrix products and attention are excluded because they are designed this way, communication because it does
-- not need many warps.
SELECT *, sum_ns * (1 - occupancy_ratio) AS stake_ns
FROM kernel__occupancy
WHERE occupancy_ratio < 0.5 AND limited_by IN ('registers', 'shared memory')
    AND class NOT IN ('gemm', 'attention', 'communication')
