-- One row: the start and end of the trace's session, relative to the start of the earliest session in all files.
SELECT coalesce(s.utc_ns - a.first_utc_ns, 0) AS first_ns,
    coalesce(s.utc_ns - a.first_utc_ns, 0) + s.duration_ns AS last_ns
FROM recipe__session AS s, recipe__asked AS a
