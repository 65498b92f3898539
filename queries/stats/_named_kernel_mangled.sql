-- One row per kernel execution, listed under the linker's name where there is one: stands in for stats__named_kernel.
SELECT * REPLACE (coalesce(mangled_name_id, name_id) AS name_id) FROM _kernel
