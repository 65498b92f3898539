-- One row per start and end of a piece and per range without length on threads whose ranges cross: what _nesting is for
-- the others, and made in the same way.
-- materialized: almost always empty, and known to be: a guess at its size would spoil the plans of whatever reads it.
WITH piece AS (FROM _range_piece SEMI JOIN _crossing USING (thread_id)),
boundary AS (
    SELECT thread_id, start_ns AS instant_ns, 1 AS kind, opened, piece_id, range_id FROM piece
    UNION ALL
    SELECT thread_id, end_ns, 0, -opened, piece_id, range_id FROM piece
    UNION ALL
    SELECT thread_id, start_ns, 2, opened, range_id, range_id
    FROM _range SEMI JOIN _crossing USING (thread_id)
    WHERE end_ns <= start_ns
),
sequence AS (FROM boundary ORDER BY thread_id, instant_ns, kind, opened)
SELECT
    thread_id, instant_ns, kind = 1 AS is_start, kind = 2 AS is_point, piece_id, range_id,
    row_number() OVER () AS position,
    (sum(CASE kind WHEN 0 THEN -1 WHEN 1 THEN 1 ELSE 0 END) OVER (ROWS UNBOUNDED PRECEDING))::INTEGER AS open_count,
    lead(instant_ns) OVER () IS DISTINCT FROM instant_ns OR lead(thread_id) OVER () IS DISTINCT FROM thread_id AS is_last
FROM sequence
