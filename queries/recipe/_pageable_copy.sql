-- One row per asynchronous copy to or from pageable memory, ordered by duration, longest first, up to the row limit.
SELECT o.duration_ns, o.start_ns, o.source_memory, o.destination_memory,
    o.copied_bytes, pid_of(o.process_id) AS pid, o.device_id, o.context_id,
    nullif(o.green_context_id, 0) AS green_context_id, o.stream_id, s.value AS name, o.operation_id,
    c.call_id, o.process_id, k.copy_kind::BIGINT AS copy_kind
FROM copy AS o
JOIN _api_call AS c ON c.process_id = o.process_id AND c.correlation_id = o.correlation_id
JOIN _string_call AS s ON s.id = c.name_id
LEFT JOIN _copy_kind AS k ON k.name = o.kind, recipe__window AS w
WHERE s.value ILIKE 'cudaMemcpy%Async%'
    AND (o.source_memory = 'Pageable' OR o.destination_memory = 'Pageable')
    AND lies_in(o.start_ns, o.end_ns, w.first_ns, w.last_ns)
    AND (w.process_id IS NULL OR w.process_id = o.process_id)
-- For equal durations, nsys lists the copy of the earlier call first.
ORDER BY o.duration_ns DESC, c.call_id, o.operation_id
LIMIT (SELECT CASE WHEN row_limit >= 0 THEN row_limit END FROM recipe__asked)
