-- One row per profiled launch, with the key of its kernel's name.
SELECT DISTINCT
    c.launch, c.kernel, t.key, c.grid_x, c.grid_y, c.grid_z, c.block_x, c.block_y, c.block_z
FROM ncu_metric AS c JOIN ncu__text AS t ON t.text = c.kernel
