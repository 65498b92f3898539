-- At most one row, which is present if the trace has CUDA API calls.
SELECT call_id FROM _api_call LIMIT 1
