-- One row per range whose text tells FLOPs, and that launched exactly one kernel: the kernel did them.
-- unstored: an export joins it with each part of the operations.
SELECT range_id, any_value(flops) AS flops
FROM shape JOIN _launched USING (range_id)
WHERE flops IS NOT NULL AND name_id IS NOT NULL
GROUP BY range_id
HAVING count(*) = 1
