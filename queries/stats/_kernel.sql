-- One row per kernel execution. The range under which it is listed is NULL.
SELECT *, NULL::VARCHAR AS range_name FROM stats__named_kernel
