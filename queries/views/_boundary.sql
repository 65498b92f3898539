-- One row per start and end of a piece, and per range without length: position in its thread's sequence and running
-- depth. Parents and innermost ranges are looked up in it. Where ranges nest, a piece is a range.
SELECT thread_id, instant_ns, is_start, is_point, range_id AS piece_id, range_id, position, open_count, is_last
FROM _nesting ANTI JOIN _crossing USING (thread_id)
UNION ALL BY NAME
FROM _cut_boundary
