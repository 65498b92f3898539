-- One row per piece inside a range that names a layer in its text (hooks of vLLM, SGLang, TensorRT-LLM): the innermost.
-- unstored: an export joins it with each part of the operations.
SELECT t.piece_id, arg_min(s.module, t.level) AS layer
FROM _range_stack AS t JOIN shape AS s USING (range_id)
WHERE s.module IS NOT NULL
GROUP BY t.piece_id
