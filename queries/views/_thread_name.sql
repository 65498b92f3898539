-- One row per named thread, with its name and scheduling priority. If a thread has several names, the first one is
-- used.
SELECT t.globalTid AS thread_id, arg_min(s.value, t.row_id) AS name, arg_min(t.priority, t.row_id) AS priority
FROM loaded.ThreadNames AS t
LEFT JOIN _string_thread AS s ON s.id = t.nameId
GROUP BY t.globalTid
