-- One row per start and end of a range longer than zero, and one per zero-length range: position in the sequence of its
-- thread, and running depth.
-- materialized: the boundary table of all ranges, before crossed ranges are removed.
--
-- At the same instant, ends come before starts, because ranges are half-open: [start, end). Of several starts, that of
-- the range opened first comes first, because this range is outside the others. Of several ends, its end comes last, so
-- that the last boundary of an instant determines the innermost range after it. A zero-length range is a point: it
-- opens nothing, and is inside all ranges that are open at its instant. Windows over ordered rows need no second sort,
-- because DuckDB preserves the order of a subquery.
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
    -- Of a start: ranges open including its own; of an end: ranges still open; of a point: ranges that contain it. A
    -- thread closes every range that it opens, so that the next thread begins with 0.
    (sum(CASE kind WHEN 0 THEN -1 WHEN 1 THEN 1 ELSE 0 END) OVER (ROWS UNBOUNDED PRECEDING))::INTEGER AS open_count,
    -- Several boundaries can share an instant.
    lead(instant_ns) OVER () IS DISTINCT FROM instant_ns OR lead(thread_id) OVER () IS DISTINCT FROM thread_id AS is_last
FROM sequence
