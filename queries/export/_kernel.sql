-- One row per string key of a kernel name: the name, label and class in an export.
-- unstored: an export joins each chunk of the operations with it.
SELECT c.name_id, coalesce(n.name, '(no name)') AS name, label_or(l.label, coalesce(n.name, '(no name)')) AS label, c.class
FROM kernel__class AS c
LEFT JOIN _kernel_name AS n USING (name_id)
LEFT JOIN kernel_label AS l ON l.name = n.name
