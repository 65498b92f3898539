-- One row per name of a range: how often a trace holds it, to hold against what the capture counted; ordered by name.
--
-- name          VARCHAR  -      as recorded
-- range_count   BIGINT   count  ranges of that name in the default domain
-- open_count    BIGINT   count  those of them that were never closed
SELECT name, count(*) AS range_count, count(*) FILTER (WHERE is_open) AS open_count
FROM range
WHERE domain IS NULL
GROUP BY name
ORDER BY name
