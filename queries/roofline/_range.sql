-- One row per range whose name identifies it as a call to a module of the model.
-- materialized: it is looked up for every piece.
SELECT n.range_id, n.name, n.label
FROM _range_name AS n
SEMI JOIN roofline__spelling AS s ON s.name = n.name
