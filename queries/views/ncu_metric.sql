-- One row per metric that ncu measured for a profiled launch; unordered.
--
-- source: ncu
--
-- launch   VARCHAR  -  key of the profiled launch: subfolder of the given folder, and ncu's ID for the launch
-- kernel   VARCHAR  -  kernel name as printed by ncu
-- grid_x   BIGINT   -  number of blocks in x; NULL if ncu did not print sizes
-- grid_y   BIGINT   -  number of blocks in y
-- grid_z   BIGINT   -  number of blocks in z
-- block_x  BIGINT   -  threads per block in x
-- block_y  BIGINT   -  threads per block in y
-- block_z  BIGINT   -  threads per block in z
-- section  VARCHAR  -  section of ncu's details page; empty for other pages
-- metric   VARCHAR  -  metric label (details page) or metric name
-- value    DOUBLE   -  value in the base unit; NULL if ncu printed n/a
-- unit     VARCHAR  -  base unit, such as bytes, ns, Hz, bytes/s or %
-- number   BIGINT   -  position of the launch in the input, starting at 1; ncu prints launches in launch order
SELECT
    NULL::VARCHAR AS launch, NULL::VARCHAR AS kernel,
    NULL::BIGINT AS grid_x, NULL::BIGINT AS grid_y, NULL::BIGINT AS grid_z,
    NULL::BIGINT AS block_x, NULL::BIGINT AS block_y, NULL::BIGINT AS block_z,
    NULL::VARCHAR AS section, NULL::VARCHAR AS metric, NULL::DOUBLE AS value, NULL::VARCHAR AS unit,
    NULL::BIGINT AS number
WHERE false
