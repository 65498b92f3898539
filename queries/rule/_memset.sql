-- At most one row: there is one if the trace has memsets.
SELECT operation_id FROM memset LIMIT 1
