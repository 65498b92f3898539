-- One row per decode step: an instance of a stage with role step, counted from 1 in its request, or where there is
-- none in the range around it. Where such instances nest, the outermost counts; one without length is none.
-- materialized: small, and every figure of tokens joins it.
WITH candidate AS (
    SELECT r.range_id, r.thread_id, r.start_ns, r.end_ns, r.opened
    FROM stage__range AS s JOIN _range AS r USING (range_id)
    WHERE s.stage IN (SELECT stage FROM stage_role WHERE role = 'step') AND r.end_ns > r.start_ns
),
around AS (
    SELECT c.range_id AS step_id, c.end_ns, t.range_id, t.level
    FROM candidate AS c JOIN _range_stack AS t ON t.piece_id = c.range_id AND t.level > 0
),
inner_one AS (
    SELECT a.step_id AS range_id
    FROM around AS a JOIN candidate AS o ON o.range_id = a.range_id AND o.end_ns >= a.end_ns
),
owned AS (
    SELECT a.step_id, arg_min(a.range_id, a.level) AS request_id
    FROM around AS a JOIN llm__request USING (range_id)
    GROUP BY a.step_id
),
placed AS (
    SELECT c.*, o.request_id IS NOT NULL AS is_request, coalesce(o.request_id, p.parent_id) AS owner_id
    FROM candidate AS c
    ANTI JOIN inner_one USING (range_id)
    LEFT JOIN owned AS o ON o.step_id = c.range_id
    LEFT JOIN _range_parent AS p ON p.range_id = c.range_id
)
SELECT thread_id, owner_id AS range_id, is_request, range_id AS step_id, start_ns, end_ns,
    row_number() OVER (PARTITION BY thread_id, owner_id ORDER BY opened) AS token_index
FROM placed
