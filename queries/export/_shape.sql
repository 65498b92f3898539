-- One row per three numbers that a grid or a block has: the text for them, as in 64x2x1.
-- unstored: an export joins it with each part of the operations.
SELECT x, y, z, concat_ws('x', x, y, z) AS text
FROM (
    SELECT grid_x AS x, grid_y AS y, grid_z AS z FROM _kernel
    UNION SELECT block_x, block_y, block_z FROM _kernel
)
WHERE x IS NOT NULL
