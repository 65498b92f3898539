-- One row per piece inside a range whose text names a layer (hooks of vLLM, SGLang, TensorRT-LLM): the innermost layer.
-- unstored: an export joins each chunk of the operations with it.
SELECT t.piece_id, arg_min(s.module, t.level) AS layer
FROM _range_stack AS t JOIN shape AS s USING (range_id)
WHERE s.module IS NOT NULL
GROUP BY t.piece_id
