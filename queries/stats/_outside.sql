-- One row per GPU operation that no NVTX range holds, and the thread that launched it, if known.
SELECT a.operation_id, a.thread_id
FROM attribution AS a
LEFT JOIN (SELECT piece_id, max(end_ns) AS end_ns FROM stats__stack GROUP BY piece_id) AS s USING (piece_id)
WHERE (s.end_ns IS NULL OR a.call_end_ns > s.end_ns)
    AND a.operation_id NOT IN (SELECT operation_id FROM stats__instant)
