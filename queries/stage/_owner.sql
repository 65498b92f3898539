-- One row per GPU operation, as in _launched, with its innermost stage. If the operation has no stage, the stage column
-- contains the reason. is_stage distinguishes stage names from reasons with the same text.
SELECT a.operation_id, a.gpu_id, a.name_id, a.start_ns, a.end_ns, a.piece_id,
    owner_text(a.piece_id, s.stage) AS stage,
    s.stage IS NOT NULL AS is_stage
FROM _launched AS a
LEFT JOIN stage__piece AS s ON s.piece_id = a.piece_id AND s.is_innermost
