-- One row per kernel name that gets a label. These are the 20,000 names with the most GPU time. The number of labels is
-- limited because creating one takes 0.1 ms.
SELECT n.value AS name
FROM (SELECT name_id, sum(duration_ns) AS sum_ns FROM _kernel GROUP BY name_id) AS k
JOIN _string_kernel AS n ON n.id = k.name_id
WHERE n.value IS NOT NULL
GROUP BY n.value
ORDER BY sum(k.sum_ns) DESC, n.value
LIMIT 20000
