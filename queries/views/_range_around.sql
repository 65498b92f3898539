-- One row per range: the innermost one right around its start, or NULL. Ranges that are crossed are left out of these, see
-- _crossed.
-- materialized: the ground of parents and of what is innermost.
--
-- The range around a start at depth d is of the last start at depth d - 1 before it, and around a point at depth d of the
-- last start at depth d: any other range at that depth that started since would have had to end first, and this one with it.
SELECT inside.range_id, inside.thread_id, around.range_id AS around_id
FROM (
    SELECT *, CASE WHEN is_point THEN open_count ELSE open_count - 1 END AS around_count
    FROM _boundary
    WHERE is_start OR is_point
) AS inside
ASOF LEFT JOIN (SELECT thread_id, open_count, position, range_id FROM _boundary WHERE is_start) AS around
    ON around.thread_id = inside.thread_id
    AND around.open_count = inside.around_count
    AND around.position < inside.position
