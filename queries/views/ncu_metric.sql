-- One row per metric that ncu measured for a profiled launch; unordered.
--
-- source: ncu
--
-- launch   VARCHAR  -  key of the profiled launch: folder below the one given, and ncu's ID
-- kernel   VARCHAR  -  kernel name as ncu printed it
-- grid_x   BIGINT   -  blocks, x; NULL where ncu did not print sizes
-- grid_y   BIGINT   -  blocks, y
-- grid_z   BIGINT   -  blocks, z
-- block_x  BIGINT   -  threads a block, x
-- block_y  BIGINT   -  threads a block, y
-- block_z  BIGINT   -  threads a block, z
-- section  VARCHAR  -  section of ncu's details page; empty elsewhere
-- metric   VARCHAR  -  ncu's metric, by its label (details page) or its name
-- value    DOUBLE   -  in the base unit; NULL where ncu has n/a
-- unit     VARCHAR  -  base unit: bytes, ns, Hz, bytes/s, % ...
-- number   BIGINT   -  place of the launch among those that were read, from 1; ncu prints them in the order of launching
SELECT
    NULL::VARCHAR AS launch, NULL::VARCHAR AS kernel,
    NULL::BIGINT AS grid_x, NULL::BIGINT AS grid_y, NULL::BIGINT AS grid_z,
    NULL::BIGINT AS block_x, NULL::BIGINT AS block_y, NULL::BIGINT AS block_z,
    NULL::VARCHAR AS section, NULL::VARCHAR AS metric, NULL::DOUBLE AS value, NULL::VARCHAR AS unit,
    NULL::BIGINT AS number
WHERE false
