-- One row per GPU in analytic/gpus, name of that GPU in traces, and dense peak; unordered.
--
-- source: gpus
--
-- gpu          VARCHAR  -        product name of the GPU
-- trace_name   VARCHAR  -        name of the GPU in traces; NULL if the user chose this GPU regardless of the name in
--                                the trace
-- dtype        VARCHAR  -        data type of the elements
-- accumulator  VARCHAR  -        data type of the accumulator
-- flops_per_s  DOUBLE   flops/s  peak rate of dense matrix products
-- bytes_per_s  DOUBLE   bytes/s  peak memory bandwidth
-- is_assumed   BOOLEAN  -        whether the user or the run specifies this dtype for operations whose range and kernel
--                                names do not contain a dtype
SELECT NULL::VARCHAR AS gpu, NULL::VARCHAR AS trace_name, NULL::VARCHAR AS dtype, NULL::VARCHAR AS accumulator,
    NULL::DOUBLE AS flops_per_s, NULL::DOUBLE AS bytes_per_s, NULL::BOOLEAN AS is_assumed
WHERE false
