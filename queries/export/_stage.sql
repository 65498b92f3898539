-- One row per instance of a stage and GPU to be drawn in an export; unordered.
SELECT e.gpu_id, e.range_id, t.text_id AS title, e.start_ns, e.end_ns, e.operation_count
FROM export__extent AS e
JOIN (SELECT text_id, text FROM export__text WHERE is_value) AS t ON t.text = e.stage
