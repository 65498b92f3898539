-- At most one row, which is present if the trace has kernels, copies or memsets.
SELECT operation_id FROM _kernel
UNION ALL SELECT operation_id FROM copy
UNION ALL SELECT operation_id FROM memset
LIMIT 1
