-- At most one row: there is one if the trace has calls of the CUDA API.
SELECT call_id FROM _api_call LIMIT 1
