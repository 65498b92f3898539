-- One row per dtype with a known peak on the GPU in the trace, ordered by gpu and dtype. The result is empty if the GPU
-- is unknown or if the trace contains GPUs with different names.
--
-- gpu          VARCHAR  -        product name of the GPU
-- dtype        VARCHAR  -        data type of the elements
-- accumulator  VARCHAR  -        data type of the accumulator
-- flops_per_s  DOUBLE   flops/s  peak rate of dense matrix products
-- bytes_per_s  DOUBLE   bytes/s  peak memory bandwidth
-- is_assumed   BOOLEAN  -        whether this dtype is assumed (set by the user or the run) for operations with no
--                                dtype in their range or kernel names
WITH used AS (SELECT DISTINCT coalesce(name, '') AS name FROM gpu_summary)
SELECT gpu, dtype, accumulator, flops_per_s, bytes_per_s, is_assumed
FROM gpu_peak
WHERE trace_name IS NULL OR (trace_name IN (SELECT name FROM used) AND (SELECT count(*) FROM used) = 1)
ORDER BY gpu, dtype
