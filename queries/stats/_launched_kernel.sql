-- One row per kernel execution, with its name, its launch and the innermost piece at the launch.
SELECT operation_id, name_id, end_ns - start_ns AS duration_ns, piece_id, call_end_ns
FROM _launched
WHERE operation_id & 3 = 0
