-- One row per token, with its completion time. Index 0 is the first token of a request, which precedes the request's
-- steps.
-- materialized: used by every token query.
SELECT s.thread_id, s.range_id, s.is_request, s.step_id, s.token_index,
    coalesce(d.end_ns, s.end_ns) AS done_ns,
    CASE WHEN d.end_ns IS NULL THEN 'cpu' ELSE 'gpu' END AS base
FROM llm__step AS s LEFT JOIN llm__done AS d ON d.range_id = s.step_id
UNION ALL
SELECT r.thread_id, r.range_id, true, NULL, 0,
    coalesce(d.end_ns, s.start_ns, r.end_ns),
    CASE WHEN d.end_ns IS NULL THEN 'cpu' ELSE 'gpu' END
FROM llm__request AS r
LEFT JOIN llm__step AS s ON s.range_id = r.range_id AND s.is_request AND s.token_index = 1
LEFT JOIN llm__done AS d ON d.range_id = r.range_id
