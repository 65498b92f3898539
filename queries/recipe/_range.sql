-- One row per NVTX range name and duration, with the number of ranges that took exactly that long.
SELECT r.name, r.end_ns - r.start_ns AS value, count(*) AS count
FROM recipe__named_range AS r, recipe__asked AS a
WHERE r.end_ns > r.start_ns AND touches(r.start_ns, r.end_ns, a.first_ns, a.last_ns)
GROUP BY ALL
