-- One row per GPU in analytic/gpus, name that it has in traces, and dense peak; unordered.
--
-- source: gpus
--
-- gpu          VARCHAR  -        product name
-- trace_name   VARCHAR  -        its name in traces; NULL: the user chose this GPU, whatever the trace records
-- dtype        VARCHAR  -        data type of the elements
-- accumulator  VARCHAR  -        data type of the accumulator
-- flops_per_s  DOUBLE   flops/s  dense matrix peak
-- bytes_per_s  DOUBLE   bytes/s  peak memory bandwidth
-- is_assumed   BOOLEAN  -        the user or the run specifies this dtype for operations whose range and kernel names
--                                do not contain one
SELECT NULL::VARCHAR AS gpu, NULL::VARCHAR AS trace_name, NULL::VARCHAR AS dtype, NULL::VARCHAR AS accumulator,
    NULL::DOUBLE AS flops_per_s, NULL::DOUBLE AS bytes_per_s, NULL::BOOLEAN AS is_assumed
WHERE false
