-- One row per profiled launch, with the spelling of its kernel name and its key. The key is the part of the spelling
-- that is compared.
SELECT *, kernel_spelling(kernel) AS spelling, kernel_shortened(kernel_spelling(kernel)) AS key
FROM (SELECT DISTINCT launch, number, kernel, grid_x, grid_y, grid_z, block_x, block_y, block_z FROM ncu_metric)
