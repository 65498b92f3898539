-- One row per GPU operation and NVTX range that ends exactly at the zero-length call that launched the operation.
-- Attribution uses half-open intervals and excludes these operations, but nsys includes them. is_widest has the same
-- meaning as in stats__stack: it is false if another range of the group also contains the call.
-- materialized: the result is almost always empty, and every report reads it.
WITH point AS (
    SELECT operation_id, piece_id, thread_id, call_ns FROM _launched WHERE call_end_ns = call_ns
),
held AS (
    SELECT a.operation_id, a.piece_id, a.thread_id, a.call_ns, r.range_id, r.group_id, r.is_sole
    FROM point AS a
    -- Filter to ranges that end at such an instant, so that nothing is read if there are no such instants.
    JOIN (SELECT * FROM stats__range WHERE end_ns IN (SELECT call_ns FROM point)) AS r
        ON r.thread_id = a.thread_id AND r.end_ns = a.call_ns AND r.start_ns <= a.call_ns
    SEMI JOIN _range AS nesting ON nesting.range_id = r.range_id AND nesting.end_ns = r.end_ns
    WHERE r.end_thread_id IS NULL
)
SELECT h.operation_id, h.range_id, h.group_id, h.is_sole,
    row_number() OVER (PARTITION BY h.operation_id, h.group_id ORDER BY h.range_id) = 1
        AND coalesce(s.end_ns < h.call_ns, true) AS is_widest
FROM held AS h
LEFT JOIN (
    SELECT piece_id, group_id, max(end_ns) AS end_ns
    FROM stats__stack
    WHERE piece_id IN (SELECT piece_id FROM held)
    GROUP BY ALL
) AS s ON s.piece_id = h.piece_id AND s.group_id = h.group_id
