-- One row per GPU that analytic/gpus describes, name that traces have for it, and dense peak; unordered.
--
-- source: gpus
--
-- gpu          VARCHAR  -        product name
-- trace_name   VARCHAR  -        its name in traces; NULL: this GPU was asked for, whatever the trace records
-- dtype        VARCHAR  -        element type
-- accumulator  VARCHAR  -        type that products are added up in
-- flops_per_s  DOUBLE   flops/s  dense matrix peak
-- bytes_per_s  DOUBLE   bytes/s  peak memory bandwidth
-- is_assumed   BOOLEAN  -        the user or the run says that operations have this dtype where neither range nor kernel tells
SELECT NULL::VARCHAR AS gpu, NULL::VARCHAR AS trace_name, NULL::VARCHAR AS dtype, NULL::VARCHAR AS accumulator,
    NULL::DOUBLE AS flops_per_s, NULL::DOUBLE AS bytes_per_s, NULL::BOOLEAN AS is_assumed
WHERE false
