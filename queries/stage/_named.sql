-- One row per range that a stage names, whether or not it lies in another range of the stage.
-- materialized: text work over every path, asked for by instances and by what is innermost.
--
-- stage_pattern is a session table: the patterns of the user's stages file, in its order, matched against rolled-up
-- paths; the first that matches names the stage. Without a stages file see stage__default.
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
