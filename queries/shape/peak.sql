-- One row per dtype for which the GPU of the trace has a peak, ordered by gpu and dtype. Empty if the GPU is unknown or
-- the trace has GPUs with different names.
--
-- gpu          VARCHAR  -        product name
-- dtype        VARCHAR  -        element type
-- accumulator  VARCHAR  -        data type of the accumulator
-- flops_per_s  DOUBLE   flops/s  dense matrix peak
-- bytes_per_s  DOUBLE   bytes/s  peak memory bandwidth
-- is_assumed   BOOLEAN  -        the user or the run specifies this dtype for operations whose range and kernel names
--                                do not contain one
WITH used AS (SELECT DISTINCT coalesce(name, '') AS name FROM gpu_summary)
SELECT gpu, dtype, accumulator, flops_per_s, bytes_per_s, is_assumed
FROM gpu_peak
WHERE trace_name IS NULL OR (trace_name IN (SELECT name FROM used) AND (SELECT count(*) FROM used) = 1)
ORDER BY gpu, dtype
