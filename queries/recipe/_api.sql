-- One row per CUDA API function and duration, with the number of calls that took exactly that long.
SELECT n.name, c.duration_ns AS value, count(*) AS count
FROM _api_call AS c JOIN _call_name AS n USING (name_id), recipe__asked AS a
WHERE lies_in(c.start_ns, c.end_ns, a.first_ns, a.last_ns) AND c.duration_ns IS NOT NULL
GROUP BY ALL
