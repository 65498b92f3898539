-- One row per decode step and per request that launched GPU operations: when the last of them ended. Of a request only
-- those count that were launched before its first step opened.
WITH part AS (
    SELECT step_id AS range_id, NULL AS until_ns FROM llm__step
    UNION ALL
    SELECT r.range_id, s.start_ns
    FROM llm__request AS r LEFT JOIN llm__step AS s ON s.range_id = r.range_id AND s.is_request AND s.token_index = 1
)
SELECT p.range_id, max(o.end_ns) AS end_ns
FROM part AS p
JOIN stage__piece AS s USING (range_id)
JOIN _launched AS a USING (piece_id)
JOIN _gpu_operation AS o USING (operation_id)
WHERE p.until_ns IS NULL OR a.call_ns < p.until_ns
GROUP BY p.range_id
