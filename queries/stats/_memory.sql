-- One row per copy or memset with its name in nsys's reports.
SELECT operation_id, '[CUDA memcpy ' || coalesce(kind, 'Unknown') || ']' AS operation, duration_ns, copied_bytes AS bytes
FROM copy
UNION ALL
SELECT operation_id, '[CUDA memset]', duration_ns, set_bytes
FROM memset
