-- One row per piece that launched GPU operations, and one for operations without a piece, with the time range and
-- number of the operations, and the latest end of their calls. Graph runs are included only in the latest end of the
-- calls. A call without an end is treated as longer than any range.
-- materialized: operations are aggregated once before they are joined with the ranges of the stack.
SELECT piece_id,
    min(start_ns) FILTER (operation_id & 3 <> 3) AS start_ns,
    max(end_ns) FILTER (operation_id & 3 <> 3) AS end_ns,
    count(*) FILTER (operation_id & 3 <> 3) AS operation_count,
    max(coalesce(call_end_ns, 9223372036854775807)) AS call_end_ns
FROM _launched
GROUP BY piece_id
