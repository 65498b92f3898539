-- One row per start and end of a range that lasts, and one per range without length: position in its thread's sequence
-- and running depth.
-- materialized: the boundary table of the ranges as they are, before those that cross are cut.
--
-- At one instant ends come before starts, since ranges are half open: [start, end). Among starts the one opened
-- first comes first, so that it is outside; among ends it comes last, so that the last of an instant's boundaries
-- says what is innermost after it. A range without length is a point: it opens nothing, and lies in all that is open
-- at its instant. Windows over rows that are in order need no second sort: DuckDB keeps the order of a subquery.
WITH boundary AS (
    SELECT thread_id, start_ns AS instant_ns, 1 AS kind, opened, range_id FROM _range WHERE end_ns > start_ns
    UNION ALL
    SELECT thread_id, end_ns, 0, -opened, range_id FROM _range WHERE end_ns > start_ns
    UNION ALL
    SELECT thread_id, start_ns, 2, opened, range_id FROM _range WHERE end_ns <= start_ns
),
sequence AS (FROM boundary ORDER BY thread_id, instant_ns, kind, opened)
SELECT
    thread_id, instant_ns, kind = 1 AS is_start, kind = 2 AS is_point, range_id,
    row_number() OVER () AS position,
    -- Of a start: how many are open with it; of an end: how many are left; of a point: how many it lies in. A thread
    -- closes all that it opens, so that the next begins with none.
    (sum(CASE kind WHEN 0 THEN -1 WHEN 1 THEN 1 ELSE 0 END) OVER (ROWS UNBOUNDED PRECEDING))::INTEGER AS open_count,
    -- Several boundaries can share an instant.
    lead(instant_ns) OVER () IS DISTINCT FROM instant_ns OR lead(thread_id) OVER () IS DISTINCT FROM thread_id AS is_last
FROM sequence
