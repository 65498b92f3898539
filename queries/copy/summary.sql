-- One row per combination of copy direction, source memory and destination memory, ordered by sum_ns, largest first.
-- Memsets are listed as a separate direction.
--
-- kind                     VARCHAR  -        copy direction as named by nsys, or memset
-- source_memory            VARCHAR  -        kind of memory that is read; NULL for memsets
-- destination_memory       VARCHAR  -        kind of memory that is written
-- instance_count           BIGINT   count    number of copies or memsets
-- moved_bytes              BIGINT   bytes    number of bytes copied or set
-- sum_ns                   BIGINT   ns       sum of durations
-- bandwidth_bytes_per_s    DOUBLE   bytes/s  bytes copied or set per second (moved_bytes divided by sum_ns)
-- median_bytes             DOUBLE   bytes    median number of bytes per copy or memset
SELECT kind, source_memory, destination_memory, count(*) AS instance_count,
    coalesce(sum(moved_bytes), 0)::BIGINT AS moved_bytes,
    sum(duration_ns)::BIGINT AS sum_ns,
    sum(moved_bytes) * 1e9 / nullif(sum(duration_ns), 0) AS bandwidth_bytes_per_s,
    median(moved_bytes) AS median_bytes
FROM (
    SELECT coalesce(kind, 'Unknown') AS kind, source_memory, destination_memory, copied_bytes AS moved_bytes,
        duration_ns
    FROM copy
    UNION ALL
    SELECT 'memset', NULL, memory, set_bytes, duration_ns FROM memset
)
GROUP BY ALL
ORDER BY sum_ns DESC, kind, source_memory, destination_memory
