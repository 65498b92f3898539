-- One row per range of shape that has FLOPs or owns GPU operations: the layer that it lies in, rolled up.
--
-- The layer is the module of the innermost dict of a layer, or the innermost range around it that is not an operator.
WITH wanted AS (
    SELECT range_id FROM shape WHERE flops IS NOT NULL
    UNION
    SELECT range_id FROM shape__work WHERE range_id IS NOT NULL
)
SELECT w.range_id, coalesce(
    arg_min(CASE WHEN h.range_id IS NULL THEN n.label ELSE rolled_up(h.module) END, s.level) FILTER (
        CASE WHEN h.range_id IS NULL THEN o.range_id IS NULL AND NOT starts_with(n.name, '{') ELSE h.form = 'layer' END
    ), '(no layer)') AS layer
FROM wanted AS w
LEFT JOIN _range_stack AS s ON s.piece_id = w.range_id
LEFT JOIN shape AS h ON h.range_id = s.range_id
LEFT JOIN operator__range AS o ON o.range_id = s.range_id
LEFT JOIN _range_name AS n ON n.range_id = s.range_id
GROUP BY w.range_id
