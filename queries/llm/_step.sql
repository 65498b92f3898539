-- One row per decode step, which is an instance of a stage with the step role. Steps are numbered from 1 within their
-- request or, if they are not in a request, within the enclosing range. If instances are nested, only the outermost one
-- is a step. A zero-length range is not a step.
-- materialized: small, and joined by every token query.
WITH candidate AS (
    SELECT r.range_id, r.thread_id, r.start_ns, r.end_ns, r.opened
    FROM stage__range AS s JOIN _range AS r USING (range_id)
    WHERE s.stage IN (SELECT stage FROM stage_role WHERE role = 'step') AND r.end_ns > r.start_ns
),
around AS (
    SELECT *, max(end_ns) OVER earlier AS last_end_ns, row_number() OVER (PARTITION BY thread_id ORDER BY opened) AS number
    FROM candidate
    WINDOW earlier AS (PARTITION BY thread_id ORDER BY opened ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
-- The steps that begin while a request is open have consecutive numbers.
begun AS (SELECT thread_id, start_ns, max(number) AS number FROM around GROUP BY ALL),
held AS (
    SELECT q.range_id AS request_id, r.thread_id, r.opened,
        unnest(generate_series(coalesce(b.number, 0) + 1, e.number)) AS number
    FROM llm__request AS q
    JOIN _range AS r USING (range_id)
    ASOF JOIN begun AS e ON e.thread_id = r.thread_id AND e.start_ns < r.end_ns
    ASOF LEFT JOIN begun AS b ON b.thread_id = r.thread_id AND b.start_ns < r.start_ns
),
owned AS (
    SELECT a.range_id AS step_id, arg_max(h.request_id, h.opened) AS request_id
    FROM held AS h JOIN around AS a ON a.thread_id = h.thread_id AND a.number = h.number AND a.opened > h.opened
    GROUP BY a.range_id
),
placed AS (
    SELECT c.*, o.request_id IS NOT NULL AS is_request, coalesce(o.request_id, p.parent_id) AS owner_id
    FROM around AS c
    LEFT JOIN owned AS o ON o.step_id = c.range_id
    LEFT JOIN _range_parent AS p ON p.range_id = c.range_id
    WHERE coalesce(c.last_end_ns < c.end_ns, true)
)
SELECT thread_id, owner_id AS range_id, is_request, range_id AS step_id, start_ns, end_ns,
    row_number() OVER (PARTITION BY thread_id, owner_id ORDER BY opened) AS token_index
FROM placed
