-- One row per copy issued by a synchronous call, ordered by duration, longest first, up to the row limit.
-- Host-to-device copies of at most 64,000 bytes, which do not block, and copies within one device are excluded.
SELECT o.duration_ns, o.start_ns, o.source_memory, o.destination_memory,
    o.copied_bytes, pid_of(o.process_id) AS pid, o.device_id, o.context_id,
    nullif(o.green_context_id, 0) AS green_context_id, o.stream_id, s.value AS name, o.operation_id,
    c.call_id, o.process_id, k.copy_kind::BIGINT AS copy_kind
FROM copy AS o
JOIN _api_call AS c ON c.process_id = o.process_id AND c.correlation_id = o.correlation_id
JOIN _string_call AS s ON s.id = c.name_id
LEFT JOIN _copy_kind AS k ON k.name = o.kind
JOIN _copy_device AS d ON d.operation_id = o.operation_id, recipe__window AS w
WHERE s.value ILIKE 'cudaMemcpy%' AND s.value NOT ILIKE '%async%'
    AND NOT (o.copied_bytes <= 64000 AND o.kind = 'Host-to-Device')
    AND (d.source_id IS NULL OR d.source_id <> d.destination_id)
    AND lies_in(o.start_ns, o.end_ns, w.first_ns, w.last_ns)
    AND (w.process_id IS NULL OR w.process_id = o.process_id)
-- For equal durations, nsys lists the copy of the earlier call first.
ORDER BY o.duration_ns DESC, c.call_id, o.operation_id
LIMIT (SELECT CASE WHEN row_limit >= 0 THEN row_limit END FROM recipe__asked)
