-- One row per traced OS runtime call to be drawn in an export; unordered.
SELECT c.thread_id, c.start_ns, greatest(coalesce(c.end_ns, c.start_ns), c.start_ns) AS end_ns, c.call_id, t.text_id AS title
FROM os_call AS c JOIN export__text AS t ON t.text = coalesce(c.name, '(no name)')
