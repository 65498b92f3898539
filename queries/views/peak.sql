-- One row with the GPU's peak rates for the dtype in use.
--
-- source: model
--
-- gpu          VARCHAR  -        product name of the GPU
-- dtype        VARCHAR  -        data type of the elements
-- accumulator  VARCHAR  -        data type of the accumulator
-- flops_per_s  DOUBLE   flops/s  peak rate of dense matrix products
-- bytes_per_s  DOUBLE   bytes/s  peak memory bandwidth
SELECT NULL::VARCHAR AS gpu, NULL::VARCHAR AS dtype, NULL::VARCHAR AS accumulator, NULL::DOUBLE AS flops_per_s,
    NULL::DOUBLE AS bytes_per_s
WHERE false
