-- One row per NVTX range: its name.
SELECT e.row_id AS range_id, coalesce(e.text, s.value, '') AS name
FROM loaded.NVTX_EVENTS AS e
LEFT JOIN _string_range AS s ON s.id = e.textId
WHERE e.eventType IN (59, 60, 70, 71)
