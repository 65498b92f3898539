-- One row per range, with the innermost range open around its start, or NULL. Crossed ranges are not considered (see
-- _crossed).
-- materialized: parents and innermost ranges are based on it.
--
-- The range around a start at depth d is the one with the last preceding start at depth d - 1. The range around a point
-- at depth d is the one with the last preceding start at depth d. A later range at the same depth could have started
-- only after the earlier range had ended. Nothing is around the outermost ranges, so they are not searched for.
WITH inside AS (
    SELECT range_id, thread_id, position, CASE WHEN is_point THEN open_count ELSE open_count - 1 END AS around_count
    FROM _boundary
    WHERE is_start OR is_point
)
SELECT inside.range_id, inside.thread_id, around.range_id AS around_id
FROM (FROM inside WHERE around_count > 0) AS inside
ASOF LEFT JOIN (SELECT thread_id, open_count, position, range_id FROM _boundary WHERE is_start) AS around
    ON around.thread_id = inside.thread_id
    AND around.open_count = inside.around_count
    AND around.position < inside.position
UNION ALL
SELECT range_id, thread_id, NULL FROM inside WHERE around_count <= 0
