-- One row per distinct grid or block size, with its string form, such as 64x2x1.
-- unstored: exports join it with each chunk of operations.
SELECT x, y, z, concat_ws('x', x, y, z) AS text
FROM (
    SELECT grid_x AS x, grid_y AS y, grid_z AS z FROM _kernel
    UNION SELECT block_x, block_y, block_z FROM _kernel
)
WHERE x IS NOT NULL
