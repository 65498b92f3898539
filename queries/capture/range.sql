-- One row per range name: the number of ranges in the trace, for comparison with the number that the capture counted,
-- ordered by name.
--
-- name          VARCHAR  -      name as recorded
-- range_count   BIGINT   count  ranges with this name in the default domain
-- open_count    BIGINT   count  ranges among these that were never closed
SELECT name, count(*) AS range_count, count(*) FILTER (WHERE is_open) AS open_count
FROM range
WHERE domain IS NULL
GROUP BY name
ORDER BY name
