-- One row per range that is a step, identified by the stages file, by the --steps pattern, or by the range name. The
-- first of these methods that finds any range is used. If steps are nested on a thread, only the outermost one counts.
-- A zero-length range is not a step.
-- materialized: small, and joined by every step query.
--
-- A range that was never closed was cut off by the end of the capture. Such a range is listed here and dropped later.
WITH by_stage AS (
    SELECT s.range_id, 1 AS rank, 'stages file: ' || s.stage AS found_by,
        CASE WHEN o.phase IN ('prefill', 'decode', 'mixed', 'train') THEN o.phase ELSE 'other' END AS phase
    FROM stage__range AS s
    JOIN stage_role AS o ON o.stage = s.stage AND o.role = 'step'
    WHERE (SELECT choice FROM step_choice) = 'auto'
),
by_pattern AS (
    SELECT p.range_id, 2 AS rank, 'pattern' AS found_by, coalesce(n.phase, 'other') AS phase
    FROM _range_path AS p
    JOIN step_choice AS c ON c.choice = 'pattern' AND regexp_full_match(p.rolled_path, c.expression)
    JOIN _range_text AS t USING (range_id)
    LEFT JOIN step_name AS n ON n.name = t.name AND n.kind = 'step'
),
by_name AS (
    -- Names written by a framework are more specific than numbered names.
    SELECT t.range_id, CASE n.source WHEN 'numbered' THEN 4 ELSE 3 END AS rank, 'name: ' || n.source AS found_by,
        n.phase
    FROM _range_text AS t JOIN step_name AS n ON n.name = t.name AND n.kind = 'step'
    WHERE (SELECT choice FROM step_choice) = 'auto'
),
found AS (
    FROM by_stage UNION ALL FROM by_pattern UNION ALL FROM by_name
),
best AS (
    FROM found
    QUALIFY rank = min(rank) OVER (PARTITION BY 1)
),
placed AS (
    SELECT b.*, r.thread_id, r.start_ns, r.end_ns, r.opened FROM best AS b JOIN _range AS r USING (range_id)
    WHERE r.end_ns > r.start_ns
),
-- A range is nested in another one if a range opened earlier ends at the same time or later.
around AS (
    SELECT *, max(end_ns) OVER (
            PARTITION BY thread_id ORDER BY opened ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_end_ns
    FROM placed
)
SELECT range_id, found_by, phase, thread_id, start_ns, end_ns
FROM around
WHERE coalesce(last_end_ns < end_ns, true)
