-- One row per decode step or request that launched GPU operations, with the end of the last one of these operations.
-- For a request with steps, only operations launched before its first step began are included.
SELECT p.range_id, max(w.ended_ns) AS end_ns
FROM llm__piece AS p JOIN _piece_work AS w USING (piece_id)
WHERE p.until_ns IS NULL
GROUP BY p.range_id
UNION ALL
SELECT p.range_id, max(a.end_ns)
FROM llm__piece AS p JOIN _launched AS a USING (piece_id)
WHERE a.call_ns < p.until_ns
GROUP BY p.range_id
