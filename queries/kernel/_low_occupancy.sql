-- One row per kernel launch whose theoretical occupancy is below 50 % because of registers or shared memory. Products and
-- attention are built so, and communication does not need warps.
SELECT *, sum_ns * (1 - occupancy_ratio) AS stake_ns
FROM kernel__occupancy
WHERE occupancy_ratio < 0.5 AND limited_by IN ('registers', 'shared memory')
    AND class NOT IN ('gemm', 'attention', 'communication')
