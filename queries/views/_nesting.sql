-- One row per start and end of a range longer than zero, and one per zero-length range, with its position in the
-- thread's sequence and the running depth.
-- materialized: it has the boundaries of all ranges, before crossed ranges are removed.
--
-- If several boundaries have the same time, ends come before starts, because ranges are half-open: [start, end). Among
-- the starts, the start of the range opened first comes first, because that range encloses the others. Among the ends,
-- the end of that range comes last, so that the last boundary at a given time determines the innermost range from then
-- on. A zero-length range is a point. It opens nothing and is inside all ranges that are open at that time. Windows
-- over ordered rows need no second sort, because DuckDB preserves the order of a subquery.
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
    -- For a start, the number of open ranges including the new one; for an end, the number of ranges still open; for a
    -- point, the number of ranges that contain it. A thread closes every range that it opens, so the next thread begins
    -- with 0.
    (sum(CASE kind WHEN 0 THEN -1 WHEN 1 THEN 1 ELSE 0 END) OVER (ROWS UNBOUNDED PRECEDING))::INTEGER AS open_count,
    -- Several boundaries can have the same time.
    lead(instant_ns) OVER () IS DISTINCT FROM instant_ns OR lead(thread_id) OVER () IS DISTINCT FROM thread_id AS is_last
FROM sequence
