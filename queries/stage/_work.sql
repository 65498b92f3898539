-- One row per GPU operation and stage instance that encloses its launch, including outer stages.
SELECT s.stage, s.range_id, a.operation_id, a.gpu_id, a.start_ns, a.end_ns
FROM _launched AS a
JOIN stage__piece AS s USING (piece_id)
