-- One row per GPU in analytic/gpus, name of that GPU in traces, and dense peak; unordered.
--
-- source: gpus
--
-- gpu          VARCHAR  -        product name of the GPU
-- trace_name   VARCHAR  -        name of the GPU in traces; NULL if the user specified this GPU, which overrides the
--                                name in the trace
-- dtype        VARCHAR  -        data type of the elements
-- accumulator  VARCHAR  -        data type of the accumulator
-- flops_per_s  DOUBLE   flops/s  peak rate of dense matrix products
-- bytes_per_s  DOUBLE   bytes/s  peak memory bandwidth
-- is_assumed   BOOLEAN  -        whether this dtype is assumed (set by the user or the run) for operations with no
--                                dtype in their range or kernel names
SELECT NULL::VARCHAR AS gpu, NULL::VARCHAR AS trace_name, NULL::VARCHAR AS dtype, NULL::VARCHAR AS accumulator,
    NULL::DOUBLE AS flops_per_s, NULL::DOUBLE AS bytes_per_s, NULL::BOOLEAN AS is_assumed
WHERE false
