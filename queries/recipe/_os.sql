-- One row per OS runtime function and duration, with the number of calls that took exactly that long.
SELECT c.name, c.duration_ns AS value, count(*) AS count
FROM os_call AS c, recipe__asked AS a
WHERE lies_in(c.start_ns, c.end_ns, a.first_ns, a.last_ns)
GROUP BY ALL
