-- At most one row: there is one if the trace has copies.
SELECT operation_id FROM copy LIMIT 1
