-- One row per range piece inside a module of the model, with the innermost module and the innermost stage (NULL outside
-- every stage).
-- materialized: it maps operations to modules.
WITH module AS (
    SELECT t.piece_id, arg_min(r.name, t.level) AS name, arg_min(r.label, t.level) AS label,
        arg_min(r.range_id, t.level) AS range_id
    FROM _range_stack AS t JOIN roofline__range AS r USING (range_id)
    GROUP BY t.piece_id
)
SELECT m.piece_id, m.name, m.label, m.range_id, s.stage
FROM module AS m LEFT JOIN stage__piece AS s ON s.piece_id = m.piece_id AND s.is_innermost
