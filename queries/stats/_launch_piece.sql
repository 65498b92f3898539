-- One row per piece that launched GPU operations, and one for no piece: when they ran, how many, the last end of their
-- calls. Graph runs count for the calls alone; a call without an end outlasts everything.
-- materialized: operations are summed up once, before they are spread over the ranges of the stack.
SELECT piece_id,
    min(start_ns) FILTER (operation_id & 3 <> 3) AS start_ns,
    max(end_ns) FILTER (operation_id & 3 <> 3) AS end_ns,
    count(*) FILTER (operation_id & 3 <> 3) AS operation_count,
    max(coalesce(call_end_ns, 9223372036854775807)) AS call_end_ns
FROM _launched
GROUP BY piece_id
