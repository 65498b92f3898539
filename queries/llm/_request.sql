-- One row per request: an instance of a stage with role request. Where such instances nest, the innermost counts; one
-- without length is none.
WITH candidate AS (
    SELECT s.stage, r.range_id, r.thread_id, r.start_ns, r.end_ns
    FROM stage__range AS s JOIN _range AS r USING (range_id)
    WHERE s.stage IN (SELECT stage FROM stage_role WHERE role = 'request') AND r.end_ns > r.start_ns
),
outer_one AS (
    SELECT t.range_id
    FROM candidate AS c
    JOIN _range_stack AS t ON t.piece_id = c.range_id AND t.level > 0
    JOIN candidate AS o ON o.range_id = t.range_id AND o.end_ns >= c.end_ns  -- not one that only crosses it
)
FROM candidate ANTI JOIN outer_one USING (range_id)
