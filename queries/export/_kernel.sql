-- One row per key of a kernel name: what an export says of it.
-- unstored: an export joins it with each part of the operations.
SELECT c.name_id, coalesce(n.name, '(no name)') AS name, label_or(l.label, coalesce(n.name, '(no name)')) AS label, c.class
FROM kernel__class AS c
LEFT JOIN _kernel_name AS n USING (name_id)
LEFT JOIN kernel_label AS l ON l.name = n.name
