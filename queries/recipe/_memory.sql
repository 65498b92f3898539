-- One row per operation type (copy direction or memset), duration and size, with the number of such operations.
WITH operation AS (
    SELECT '[CUDA memcpy ' || coalesce(kind, 'Unknown') || ']' AS name, start_ns, end_ns, duration_ns,
        copied_bytes AS bytes
    FROM copy
    UNION ALL
    SELECT '[CUDA memset]', start_ns, end_ns, duration_ns, set_bytes FROM memset
)
SELECT o.name, o.duration_ns, o.bytes, count(*) AS count
FROM operation AS o, recipe__asked AS a
WHERE lies_in(o.start_ns, o.end_ns, a.first_ns, a.last_ns)
GROUP BY ALL
