-- One row per range that belongs to a stage, including ranges nested in another range of the stage.
-- materialized: text matching over every path, used for stage instances and innermost stages.
--
-- stage_pattern is a session table with the patterns in the user's stages file, in file order. The patterns are matched
-- against rolled-up paths. The first pattern that matches a path determines its stage. Without a stages file,
-- stage__default determines the stages.
WITH matched AS (
    SELECT path.rolled_path, arg_min(pattern.stage, pattern.position) AS stage
    FROM (SELECT DISTINCT rolled_path FROM _range_path) AS path
    JOIN stage_pattern AS pattern ON regexp_full_match(path.rolled_path, pattern.expression)
    GROUP BY path.rolled_path
)
SELECT p.range_id, coalesce(m.stage, d.stage) AS stage
FROM _range_path AS p
LEFT JOIN matched AS m USING (rolled_path)
LEFT JOIN stage__default AS d USING (rolled_path)
WHERE m.stage IS NOT NULL OR d.stage IS NOT NULL
