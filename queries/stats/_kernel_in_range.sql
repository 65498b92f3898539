-- One row per kernel execution, listed under the innermost range that contains its launch. Replaces stats__kernel.
WITH innermost AS (SELECT operation_id, arg_min(range_id, level) AS range_id FROM stats__within GROUP BY operation_id)
SELECT k.*, nullif(n.name, '') AS range_name
FROM stats__named_kernel AS k
LEFT JOIN innermost AS i USING (operation_id)
LEFT JOIN _range_name AS n USING (range_id)
