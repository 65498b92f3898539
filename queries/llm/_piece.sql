-- One row per decode step or request and piece in it. For a request with steps, until_ns is the start of its first step;
-- otherwise, it is NULL.
-- materialized: it is usually small. Otherwise, DuckDB would start with the work of all pieces in llm__done.
WITH asked AS (
    SELECT step_id AS range_id, NULL::BIGINT AS until_ns FROM llm__step
    UNION ALL
    SELECT r.range_id, s.start_ns
    FROM llm__request AS r LEFT JOIN llm__step AS s ON s.range_id = r.range_id AND s.is_request AND s.token_index = 1
)
SELECT a.range_id, s.piece_id, a.until_ns FROM asked AS a JOIN stage__piece AS s USING (range_id)
