-- At most one row, which is present if the trace has copies.
SELECT operation_id FROM copy LIMIT 1
