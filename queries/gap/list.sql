-- One row per interval in which a GPU ran nothing between two operations; ordered by gap_ns, largest first.
-- materialized: one lookup per gap, asked for by all gap figures.
--
-- gpu_id        BIGINT   -   the GPU
-- start_ns      BIGINT   ns  end of what ran before
-- end_ns        BIGINT   ns  start of what ran next
-- gap_ns        BIGINT   ns  end_ns - start_ns
-- cause            VARCHAR  -   synchronization: a blocking call returned inside the gap, and what its thread launched
--     after it ended it; launch gap: no such call, but the launching call had not returned when the gap began; dependency:
--     it had, so that the GPU waited for other work or for another process; unknown: the launch was not recorded
-- blocking_call    VARCHAR  -   the API function that blocked, for cause synchronization
-- launch_delay_ns  BIGINT  ns  from the begin of the gap until the launching call returned; 0 when it had before
-- operation_id  BIGINT   -   the operation that ended the gap
-- range_id      BIGINT   -   its innermost range
WITH gap AS (
    SELECT gpu_id, covered_ns AS start_ns, start_ns AS end_ns, start_ns - covered_ns AS gap_ns, operation_id
    FROM gpu__covered
    WHERE start_ns > covered_ns
)
SELECT g.gpu_id, g.start_ns, g.end_ns, g.gap_ns,
    CASE
        WHEN a.call_ns IS NULL THEN 'unknown'
        WHEN b.end_ns > g.start_ns THEN 'synchronization'
        WHEN a.call_end_ns <= g.start_ns THEN 'dependency'
        ELSE 'launch gap'
    END AS cause,
    CASE WHEN b.end_ns > g.start_ns THEN regexp_replace(s.value, '_v[0-9]{4}$', '') END
        AS blocking_call,
    greatest(coalesce(a.call_end_ns, g.start_ns) - g.start_ns, 0) AS launch_delay_ns,
    g.operation_id, a.range_id
FROM gap AS g
JOIN _launched AS a USING (operation_id)
ASOF LEFT JOIN gap__blocked AS b ON b.thread_id = a.thread_id AND b.end_ns <= least(a.call_ns, g.end_ns)
LEFT JOIN _string_call AS s ON s.id = b.name_id
ORDER BY g.gap_ns DESC, g.start_ns, g.gpu_id
