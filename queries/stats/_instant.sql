-- One row per GPU operation and NVTX range at whose last instant lies the call, without length, that launched it.
-- Attribution is half open and leaves these out; nsys counts them.
SELECT a.operation_id, r.range_id, r.group_id, a.thread_id
FROM attribution AS a
JOIN stats__range AS r ON r.thread_id = a.thread_id AND r.end_ns = a.call_ns
WHERE a.call_end_ns = a.call_ns AND r.end_thread_id IS NULL AND r.nesting_end_ns = r.end_ns
