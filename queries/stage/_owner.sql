-- One row per GPU operation: its innermost stage, or in words why it has none; is_stage tells these apart from stages
-- that are named so.
SELECT a.operation_id,
    CASE WHEN a.piece_id IS NULL THEN '(unattributed)' ELSE coalesce(s.stage, '(outside every stage)') END AS stage,
    s.stage IS NOT NULL AS is_stage
FROM _launched AS a
LEFT JOIN stage__piece AS s ON s.piece_id = a.piece_id AND s.is_innermost
