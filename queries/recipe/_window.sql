-- At most one row: the requested time range, process and thread. They are given by instants or by an NVTX range
-- NAME[@DOMAIN][/N], which is the first range with this name or range number N, starting at 0. An instant overrides the
-- corresponding end of the range. There is no row if the range does not exist.
WITH listed AS (
    SELECT r.*, r.name || coalesce('@' || r.domain, '') AS full_name,
        row_number() OVER (PARTITION BY r.name, r.domain ORDER BY r.start_ns, r.range_id) - 1 AS instance
    FROM recipe__named_range AS r, recipe__asked AS a
    WHERE a.nvtx IS NOT NULL AND starts_with(a.nvtx, r.name)
),
found AS (
    SELECT l.*
    FROM listed AS l, recipe__asked AS a
    WHERE (l.full_name = a.nvtx AND l.instance = 0) OR l.full_name || '/' || l.instance = a.nvtx
    ORDER BY l.full_name = a.nvtx DESC
    LIMIT 1
)
SELECT coalesce(a.first_ns, f.start_ns) AS first_ns, coalesce(a.last_ns, f.end_ns) AS last_ns,
    f.thread_id & -16777216 AS process_id,
    -- As in nsys, a range on the main thread selects its whole process.
    CASE WHEN pid_of(f.thread_id) <> tid_of(f.thread_id) THEN f.thread_id END AS thread_id
FROM recipe__asked AS a LEFT JOIN found AS f ON true
WHERE a.nvtx IS NULL OR f.range_id IS NOT NULL
