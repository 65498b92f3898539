-- One row per synchronous memset of pinned or managed memory, ordered by duration, longest first, up to the row limit.
SELECT o.duration_ns, o.start_ns, o.memory,
    o.set_bytes, pid_of(o.process_id) AS pid, o.device_id, o.context_id,
    nullif(o.green_context_id, 0) AS green_context_id, o.stream_id, s.value AS name, o.operation_id,
    c.call_id, o.process_id
FROM memset AS o
JOIN _api_call AS c ON c.process_id = o.process_id AND c.correlation_id = o.correlation_id
JOIN _string_call AS s ON s.id = c.name_id, recipe__window AS w
WHERE s.value ILIKE 'cudaMemset%' AND s.value NOT ILIKE '%async%'
    AND o.memory IN ('Pinned', 'Managed')
    AND lies_in(o.start_ns, o.end_ns, w.first_ns, w.last_ns)
    AND (w.process_id IS NULL OR w.process_id = o.process_id)
-- For equal durations, nsys lists the memset of the earlier call first.
ORDER BY o.duration_ns DESC, c.call_id, o.operation_id
LIMIT (SELECT CASE WHEN row_limit >= 0 THEN row_limit END FROM recipe__asked)
