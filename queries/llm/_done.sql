-- One row per decode step or request that launched GPU operations, with the end of the last one of these operations.
-- For a request with steps, only operations launched before its first step began are included.
WITH request AS (
    SELECT r.range_id, s.start_ns AS until_ns
    FROM llm__request AS r LEFT JOIN llm__step AS s ON s.range_id = r.range_id AND s.is_request AND s.token_index = 1
),
-- For steps, and for requests without steps, all operations are included.
whole AS (
    SELECT step_id AS range_id FROM llm__step
    UNION ALL
    SELECT range_id FROM request WHERE until_ns IS NULL
)
SELECT p.range_id, max(w.ended_ns) AS end_ns
FROM whole AS p
JOIN stage__piece AS s USING (range_id)
JOIN _piece_work AS w USING (piece_id)
GROUP BY p.range_id
UNION ALL
SELECT p.range_id, max(a.end_ns)
FROM request AS p
JOIN stage__piece AS s USING (range_id)
JOIN _launched AS a USING (piece_id)
WHERE a.call_ns < p.until_ns
GROUP BY p.range_id
