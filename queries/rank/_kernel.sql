-- One row per kernel name and duration, with the number of launches that took exactly that long. Summed across ranks,
-- these counts give exact quantiles over all launches.
SELECT s.value AS name, k.duration_ns, count(*) AS count
FROM _kernel AS k LEFT JOIN _string_kernel AS s ON s.id = k.name_id
GROUP BY ALL
ORDER BY name, duration_ns
