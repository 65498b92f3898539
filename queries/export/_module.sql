-- One row per range piece with the innermost layer around it, which is read from range names (hooks of vLLM, SGLang and
-- TensorRT-LLM).
-- unstored: exports join it with each chunk of operations.
SELECT t.piece_id, arg_min(s.module, t.level) AS layer
FROM _range_stack AS t JOIN shape AS s USING (range_id)
WHERE s.module IS NOT NULL
GROUP BY t.piece_id
