-- One row per thread that has a name: the name and its scheduling priority.
SELECT t.globalTid AS thread_id, any_value(s.value) AS name, any_value(t.priority) AS priority
FROM loaded.ThreadNames AS t
LEFT JOIN _string_thread AS s ON s.id = t.nameId
GROUP BY t.globalTid
