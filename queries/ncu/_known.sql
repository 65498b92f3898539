-- One row per profiled launch that matches a kernel in the trace, with the key of that kernel's name, and the launch's
-- grid and block.
-- unstored: three queries read it.
SELECT DISTINCT j.launch, f.name_id, j.matched_by, l.grid_x, l.grid_y, l.grid_z, l.block_x, l.block_y, l.block_z
FROM ncu_join AS j
JOIN ncu__launch AS l USING (launch)
JOIN (SELECT DISTINCT name, name_id FROM ncu__form) AS f USING (name)
