-- One row per memory kind, with CUPTI's number and nsys's name for it.
SELECT * FROM (VALUES
    (0, 'Pageable'), (1, 'Pinned'), (2, 'Device'), (3, 'Array'), (4, 'Managed'), (5, 'Device Static'),
    (6, 'Managed Static'), (7, 'Unknown')
) AS kind (memory_kind, name)
