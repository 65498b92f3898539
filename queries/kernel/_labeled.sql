-- One row per kernel name key, with the label of the name.
SELECT k.name_id, label_or(l.label, n.value) AS label
FROM (SELECT DISTINCT name_id FROM kernel__shape) AS k
LEFT JOIN _string_kernel AS n ON n.id = k.name_id
LEFT JOIN kernel_label AS l ON l.name = n.value
