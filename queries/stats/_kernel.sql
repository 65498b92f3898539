-- One row per kernel execution. Its range is NULL.
SELECT *, NULL::VARCHAR AS range_name FROM stats__named_kernel
