-- One row per range name, with the number of ranges in the trace, ordered by name. This number is compared with the
-- number of ranges that the capture counted.
--
-- name          VARCHAR  -      name as recorded
-- range_count   BIGINT   count  number of ranges with this name in the default domain
-- open_count    BIGINT   count  number of these ranges that were never closed
SELECT name, count(*) AS range_count, count(*) FILTER (WHERE is_open) AS open_count
FROM range
WHERE domain IS NULL
GROUP BY name
ORDER BY name
