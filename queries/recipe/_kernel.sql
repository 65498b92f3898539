-- One row per kernel name and duration, with the number of executions that took exactly that long.
SELECT s.value AS name, k.duration_ns AS value, count(*) AS count
FROM _kernel AS k
CROSS JOIN recipe__asked AS a
LEFT JOIN _string_kernel AS s ON s.id = CASE a.kernel_name
    WHEN 'base' THEN k.short_name_id WHEN 'mangled' THEN coalesce(k.mangled_name_id, k.name_id) ELSE k.name_id END
WHERE lies_in(k.start_ns, k.end_ns, a.first_ns, a.last_ns)
GROUP BY ALL
