-- One row per NVTX range, with its name.
SELECT e.range_id, coalesce(e.text, s.value, '') AS name
FROM _range_event AS e
LEFT JOIN _string_range AS s ON s.id = e.text_id
