-- One row per kernel execution, listed under the mangled name if there is one. Replaces stats__named_kernel.
SELECT * REPLACE (coalesce(mangled_name_id, name_id) AS name_id) FROM _kernel
