-- One row per kernel execution, with the range that it is listed in: none.
SELECT *, NULL::VARCHAR AS range_name FROM stats__named_kernel
