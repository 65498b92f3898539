-- One row per start and end of a piece: position in its thread's sequence and running depth.
-- materialised: the boundary table that parents and innermost ranges are looked up in.
--
-- At one instant ends come before starts, since ranges are half open: [start, end). Among starts the one opened
-- first comes first, so that it is outside; among ends it comes last, so that the last of an instant's boundaries
-- says what is innermost after it.
WITH boundary AS (
    SELECT thread_id, start_ns AS instant_ns, true AS is_start, opened, piece_id, range_id FROM _range_piece
    UNION ALL
    SELECT thread_id, end_ns, false, opened, piece_id, range_id FROM _range_piece
)
SELECT
    thread_id, instant_ns, is_start, piece_id, range_id,
    row_number() OVER sequence AS position,
    -- Of a start: how many are open with it; of an end: how many are left.
    sum(CASE WHEN is_start THEN 1 ELSE -1 END) OVER sequence AS open_count
FROM boundary
WINDOW sequence AS (
    PARTITION BY thread_id ORDER BY instant_ns, is_start, CASE WHEN is_start THEN opened ELSE -opened END, piece_id
)
