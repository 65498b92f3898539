-- One row per GPU operation and NVTX range at whose last instant lies the call, without length, that launched it.
-- Attribution is half open and leaves these out; nsys counts them. is_widest is as in stats__stack: false where another
-- range of the group holds the call anyway.
WITH held AS (
    SELECT a.operation_id, a.piece_id, a.thread_id, a.call_ns, r.range_id, r.group_id
    FROM attribution AS a
    JOIN stats__range AS r ON r.thread_id = a.thread_id AND r.end_ns = a.call_ns
    JOIN _range AS nesting ON nesting.range_id = r.range_id AND nesting.end_ns = r.end_ns
    WHERE a.call_end_ns = a.call_ns AND r.end_thread_id IS NULL
)
SELECT h.operation_id, h.range_id, h.group_id,
    row_number() OVER (PARTITION BY h.operation_id, h.group_id ORDER BY h.range_id) = 1
        AND coalesce(s.end_ns < h.call_ns, true) AS is_widest
FROM held AS h
LEFT JOIN (SELECT piece_id, group_id, max(end_ns) AS end_ns FROM stats__stack GROUP BY ALL) AS s
    ON s.piece_id = h.piece_id AND s.group_id = h.group_id
