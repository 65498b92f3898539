-- One row per process and correlationId: the API call that launched.
-- A correlationId is unique in its process only, and now and then not even there: the earliest call counts.
SELECT process_id, correlation_id,
    min(start_ns) AS start_ns,
    arg_min(end_ns, start_ns) AS end_ns,
    arg_min(call_id, start_ns) AS call_id,
    arg_min(thread_id, start_ns) AS thread_id
FROM _api_call
WHERE correlation_id <> 0
GROUP BY process_id, correlation_id
