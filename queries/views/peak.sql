-- One row: the peaks of the GPU for the dtype in use.
--
-- source: model
--
-- gpu                   VARCHAR  -        the card
-- dtype                 VARCHAR  -        element type
-- accumulator           VARCHAR  -        type that products are added up in
-- flops_per_s           DOUBLE   flops/s  dense matrix peak
-- bytes_per_s           DOUBLE   bytes/s  peak memory bandwidth
SELECT NULL::VARCHAR AS gpu, NULL::VARCHAR AS dtype, NULL::VARCHAR AS accumulator, NULL::DOUBLE AS flops_per_s,
    NULL::DOUBLE AS bytes_per_s
WHERE false
