-- One row per kernel execution, listed under the function name alone. Replaces stats__named_kernel.
SELECT * REPLACE (short_name_id AS name_id) FROM _kernel
