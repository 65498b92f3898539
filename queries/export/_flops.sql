-- One row per range with FLOPs derived from its name, if it launched exactly one kernel. That kernel therefore executed
-- these FLOPs.
-- unstored: exports join it with each chunk of operations.
SELECT range_id, any_value(flops) AS flops
FROM shape JOIN _launched USING (range_id)
WHERE flops IS NOT NULL AND name_id IS NOT NULL
GROUP BY range_id
HAVING count(*) = 1
