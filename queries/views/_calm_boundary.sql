-- One row per start and end of a range, on threads with crossed ranges, after crossed ranges are removed. The remaining
-- ranges nest. A crossed range has a row only for its start, like a zero-length range. It has a position in the order
-- but opens nothing.
-- materialized: it is almost always empty. An estimate of its size would lead to poor plans in queries that read it.
WITH kept AS (
    SELECT n.thread_id, n.instant_ns, n.is_start AND c.range_id IS NULL AS is_start,
        n.is_point OR c.range_id IS NOT NULL AS is_point, n.range_id, n.position
    FROM _nesting AS n SEMI JOIN _crossing USING (thread_id)
    LEFT JOIN _crossed AS c USING (range_id)
    WHERE c.range_id IS NULL OR n.is_start
),
sequence AS (FROM kept ORDER BY position)
SELECT thread_id, instant_ns, is_start, is_point, range_id, position,
    (sum(CASE WHEN is_point THEN 0 WHEN is_start THEN 1 ELSE -1 END) OVER (ROWS UNBOUNDED PRECEDING))::INTEGER
        AS open_count,
    lead(instant_ns) OVER () IS DISTINCT FROM instant_ns OR lead(thread_id) OVER () IS DISTINCT FROM thread_id AS is_last
FROM sequence
