-- One row per request, which is an instance of a stage with the request role. If instances are nested, only the
-- innermost one is a request. A zero-length range is not a request.
WITH candidate AS (
    SELECT s.stage, r.range_id, r.thread_id, r.start_ns, r.end_ns, r.opened
    FROM stage__range AS s JOIN _range AS r USING (range_id)
    WHERE s.stage IN (SELECT stage FROM stage_role WHERE role = 'request') AND r.end_ns > r.start_ns
),
-- An instance contains another one if that one is opened later and does not end later. An instance that is opened later
-- and also ends later only crosses it.
inside AS (
    SELECT *, min(end_ns) OVER (
            PARTITION BY thread_id ORDER BY opened ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS first_end_ns
    FROM candidate
)
SELECT stage, range_id, thread_id, start_ns, end_ns
FROM inside
WHERE coalesce(first_end_ns > end_ns, true)
