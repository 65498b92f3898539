-- One row per NVTX range with a definite end that is never before its start: the basis of nesting.
-- materialized: every step of attribution reads it.
SELECT
    e.row_id AS range_id,
    e.globalTid AS thread_id,
    e.start AS start_ns,
    greatest(coalesce(e."end", t.end_ns), e.start) AS end_ns,
    e."end" IS NULL AS is_open,
    e.eventType IN (60, 71) AS is_start_end,
    e.domainId AS domain_id,
    -- Opening order on a thread: by start; for equal starts, the longer range first; for equal bounds, in recorded
    -- order.
    row_number() OVER (
        PARTITION BY e.globalTid
        ORDER BY e.start, greatest(coalesce(e."end", t.end_ns), e.start) DESC, e.row_id
    ) AS opened
FROM loaded.NVTX_EVENTS AS e, _trace_end AS t
WHERE e.eventType IN (59, 60, 70, 71)
