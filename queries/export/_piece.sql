-- One row per range piece in which an operation was launched, with the strings that an export shows for its operations,
-- given as text_id.
-- unstored: it is small compared with the operations that it is joined with.
WITH value AS (SELECT text_id, text FROM export__text WHERE is_value)
SELECT p.piece_id, s.text_id AS stage, r.text_id AS range, m.text_id AS layer, f.flops
FROM (SELECT DISTINCT piece_id, range_id FROM _launched WHERE piece_id IS NOT NULL) AS p
LEFT JOIN stage__piece AS w ON w.piece_id = p.piece_id AND w.is_innermost
LEFT JOIN value AS s ON s.text = w.stage
LEFT JOIN _range_path AS a ON a.range_id = p.range_id
LEFT JOIN value AS r ON r.text = a.rolled_path
LEFT JOIN export__module AS e ON e.piece_id = p.piece_id
LEFT JOIN value AS m ON m.text = e.layer
LEFT JOIN export__flops AS f ON f.range_id = p.range_id
