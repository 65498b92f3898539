-- One row per range whose text yields FLOPs and that launched exactly one kernel, which therefore executed them.
-- unstored: an export joins each chunk of the operations with it.
SELECT range_id, any_value(flops) AS flops
FROM shape JOIN _launched USING (range_id)
WHERE flops IS NOT NULL AND name_id IS NOT NULL
GROUP BY range_id
HAVING count(*) = 1
