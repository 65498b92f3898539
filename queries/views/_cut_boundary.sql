-- One row per start and end of a piece on threads whose ranges cross: what _nesting is for the others.
-- materialised: almost always empty, and known to be: a guess at its size would spoil the plans of whatever reads it.
WITH boundary AS (
    SELECT thread_id, start_ns AS instant_ns, true AS is_start, opened, piece_id, range_id
    FROM _range_piece SEMI JOIN _crossing USING (thread_id)
    UNION ALL
    SELECT thread_id, end_ns, false, opened, piece_id, range_id
    FROM _range_piece SEMI JOIN _crossing USING (thread_id)
)
SELECT
    thread_id, instant_ns, is_start, piece_id, range_id,
    row_number() OVER sequence AS position,
    (sum(CASE WHEN is_start THEN 1 ELSE -1 END) OVER sequence)::INTEGER AS open_count,
    lead(instant_ns) OVER sequence IS DISTINCT FROM instant_ns AS is_last
FROM boundary
WINDOW sequence AS (PARTITION BY thread_id ORDER BY instant_ns, is_start, CASE WHEN is_start THEN opened ELSE -opened END)
