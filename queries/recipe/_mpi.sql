-- One row per MPI function and duration, with the number of calls that took exactly that long.
SELECT c.name, c.end_ns - c.start_ns AS value, count(*) AS count
FROM _mpi_call AS c, recipe__asked AS a
WHERE c.end_ns > c.start_ns AND touches(c.start_ns, c.end_ns, a.first_ns, a.last_ns)
GROUP BY ALL
