-- One row per unified memory migration between host and device.
SELECT virtual_address AS address, duration_ns,
    CASE kind WHEN 'Unified Host-to-Device' THEN copied_bytes END AS to_device_bytes,
    CASE kind WHEN 'Unified Device-to-Host' THEN copied_bytes END AS to_host_bytes,
    copied_bytes
FROM copy
WHERE kind IN ('Unified Host-to-Device', 'Unified Device-to-Host')
