-- One row per string key of a kernel name, with the name, label and class shown in an export.
-- unstored: exports join it with each chunk of operations.
SELECT c.name_id, coalesce(n.name, '(no name)') AS name, label_or(l.label, coalesce(n.name, '(no name)')) AS label, c.class
FROM kernel__class AS c
LEFT JOIN _kernel_name AS n USING (name_id)
LEFT JOIN kernel_label AS l ON l.name = n.name
