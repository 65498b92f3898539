-- At most one row, which is present if the trace has memsets.
SELECT operation_id FROM memset LIMIT 1
