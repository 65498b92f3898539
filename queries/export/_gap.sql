-- One row per interval during which a GPU is idle, to be drawn in an export; unordered.
SELECT g.gpu_id, g.start_ns, g.end_ns, g.operation_id, t.text_id AS title, b.text_id AS blocking_call,
    nullif(g.launch_delay_ns, 0) AS launch_delay_ns
FROM gap_list AS g
JOIN export__text AS t ON t.text = g.cause
LEFT JOIN export__text AS b ON b.text = g.blocking_call
