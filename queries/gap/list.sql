-- One row per interval in which a GPU was idle between two operations, ordered by gap_ns, largest first.
-- materialized: each gap requires a lookup, and all gap queries use the result.
--
-- gpu_id        BIGINT   -   the GPU
-- start_ns      BIGINT   ns  latest end of the operations before the gap
-- end_ns        BIGINT   ns  start of the operation that ended the gap
-- gap_ns        BIGINT   ns  end_ns - start_ns
-- cause            VARCHAR  -   synchronization: a blocking call was in progress when the GPU went idle, returned during
--     the gap, and its thread then launched the operation that ended the gap; launch gap: there was no such call, but
--     the launching call had not yet returned when the gap began; dependency: the launching call had already returned,
--     so the operation waited for other work or another process; unknown: the launch was not recorded
-- blocking_call    VARCHAR  -   API function that blocked, if the cause is synchronization; otherwise NULL
-- launch_delay_ns  BIGINT  ns  time from the start of the gap until the launching call returned; 0 if it had returned
--     before the gap
-- operation_id  BIGINT   -   operation that ended the gap
-- range_id      BIGINT   -   innermost range of the operation that ended the gap
WITH gap AS (
    SELECT gpu_id, covered_ns AS start_ns, start_ns AS end_ns, start_ns - covered_ns AS gap_ns, operation_id
    FROM gpu__covered
    WHERE start_ns > covered_ns
),
-- A call that began after the GPU had gone idle did not cause the gap: the CPU was late already.
blocked AS (
    SELECT g.operation_id, b.name_id
    FROM gap AS g
    JOIN _launched AS a USING (operation_id)
    ASOF JOIN gap__blocked AS b ON b.thread_id = a.thread_id AND b.start_ns <= g.start_ns
    WHERE b.end_ns > g.start_ns AND b.end_ns <= least(a.call_ns, g.end_ns)
)
SELECT g.gpu_id, g.start_ns, g.end_ns, g.gap_ns,
    CASE
        WHEN a.call_ns IS NULL THEN 'unknown'
        WHEN b.operation_id IS NOT NULL THEN 'synchronization'
        WHEN a.call_end_ns <= g.start_ns THEN 'dependency'
        ELSE 'launch gap'
    END AS cause,
    regexp_replace(s.value, '_v[0-9]{4}$', '') AS blocking_call,
    greatest(coalesce(a.call_end_ns, g.start_ns) - g.start_ns, 0) AS launch_delay_ns,
    g.operation_id, a.range_id
FROM gap AS g
JOIN _launched AS a USING (operation_id)
LEFT JOIN blocked AS b USING (operation_id)
LEFT JOIN _string_call AS s ON s.id = b.name_id
ORDER BY g.gap_ns DESC, g.start_ns, g.gpu_id
