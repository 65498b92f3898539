-- One row per start and end of a range that lasts: position in its thread's sequence and running depth.
-- materialised: the boundary table of the ranges as they are, before those that cross are cut.
--
-- At one instant ends come before starts, since ranges are half open: [start, end). Among starts the one opened
-- first comes first, so that it is outside; among ends it comes last, so that the last of an instant's boundaries
-- says what is innermost after it.
WITH boundary AS (
    SELECT thread_id, start_ns AS instant_ns, true AS is_start, opened, range_id FROM _range WHERE end_ns > start_ns
    UNION ALL
    SELECT thread_id, end_ns, false, opened, range_id FROM _range WHERE end_ns > start_ns
)
SELECT
    thread_id, instant_ns, is_start, range_id,
    row_number() OVER sequence AS position,
    -- Of a start: how many are open with it; of an end: how many are left.
    (sum(CASE WHEN is_start THEN 1 ELSE -1 END) OVER sequence)::INTEGER AS open_count,
    -- Several boundaries can share an instant.
    lead(instant_ns) OVER sequence IS DISTINCT FROM instant_ns AS is_last
FROM boundary
WINDOW sequence AS (PARTITION BY thread_id ORDER BY instant_ns, is_start, CASE WHEN is_start THEN opened ELSE -opened END)
