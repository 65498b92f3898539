-- One row per rolled-up path whose ranges are stages if there is no stages file, with the stage name. The stages are
-- the outermost ranges. If a range contains almost all GPU time, the ranges directly inside it are the stages instead
-- (see stage_around).
--
-- A stage inside such an enclosing range is named by its path below that range. If two stages would then have the same
-- name, both keep their full paths.
WITH chosen AS (
    SELECT p.rolled_path, coalesce(p.rolled_path[length(a.rolled_path) + 2:], p.rolled_path) AS name
    FROM stage__place AS p
    LEFT JOIN stage_around AS a ON a.rolled_path = p.parent_path
    LEFT JOIN stage_around AS o ON o.rolled_path = p.rolled_path
    WHERE (p.parent_path IS NULL OR a.rolled_path IS NOT NULL) AND (o.rolled_path IS NULL OR o.own_ns > 0)
)
SELECT rolled_path,
    CASE WHEN count(*) OVER (PARTITION BY name) > 1 THEN rolled_path ELSE name END AS stage
FROM chosen
