-- One row per start and end of a nesting range, and one per range that opens nothing here (a zero-length or crossed
-- range), with its position in the thread's sequence and the running depth. Parents and innermost ranges are looked up
-- here.
SELECT thread_id, instant_ns, is_start, is_point, range_id, position, open_count, is_last
FROM _nesting ANTI JOIN _crossing USING (thread_id)
UNION ALL BY NAME
FROM _calm_boundary
