-- One row per range that is an instance of a stage. Of nested ranges of one stage the outermost counts; ranges that
-- only overlap (start/end) are instances both.
-- materialized: small, and joined by every stage figure.
--
-- stage_pattern is a session table: the patterns of the user's stages file, in its order, matched against rolled-up
-- paths; the first that matches names the stage. Without a stages file every outermost range is a stage of its label.
WITH matched AS (
    SELECT path.rolled_path, arg_min(pattern.stage, pattern.position) AS stage
    FROM (SELECT DISTINCT rolled_path FROM _range_path) AS path
    JOIN stage_pattern AS pattern ON regexp_full_match(path.rolled_path, pattern.expression)
    GROUP BY path.rolled_path
),
named AS (
    SELECT p.range_id, m.stage FROM _range_path AS p JOIN matched AS m USING (rolled_path)
    UNION ALL
    SELECT range_id, rolled_path FROM _range_path
    WHERE depth = 0 AND NOT EXISTS (SELECT 1 FROM stage_pattern)
),
inner_one AS (
    SELECT DISTINCT n.range_id
    FROM named AS n
    JOIN _range AS r USING (range_id)
    JOIN _range_stack AS s ON s.piece_id = n.range_id AND s.level > 0
    JOIN named AS outside ON outside.range_id = s.range_id AND outside.stage = n.stage
    JOIN _range AS around ON around.range_id = outside.range_id AND around.end_ns >= r.end_ns
)
SELECT n.stage, n.range_id
FROM named AS n ANTI JOIN inner_one USING (range_id)
