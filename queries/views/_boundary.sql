-- One row per start and end of a range that nests, and per range that opens nothing here (without length, or crossed):
-- position in its thread's sequence and running depth. Parents and innermost ranges are looked up in it.
SELECT thread_id, instant_ns, is_start, is_point, range_id, position, open_count, is_last
FROM _nesting ANTI JOIN _crossing USING (thread_id)
UNION ALL BY NAME
FROM _calm_boundary
