-- One row per NVTX range, with a definite end that is never before its start. Nesting is based on it.
-- materialized: every attribution query reads it.
SELECT
    e.row_id AS range_id,
    e.globalTid AS thread_id,
    e.start AS start_ns,
    greatest(coalesce(e."end", t.end_ns), e.start) AS end_ns,
    e."end" IS NULL AS is_open,
    e.eventType IN (60, 71) AS is_start_end,
    e.domainId AS domain_id,
    -- Opening order on a thread: by start time, then the longer range first, then the order in which the ranges were
    -- recorded.
    row_number() OVER (
        PARTITION BY e.globalTid
        ORDER BY e.start, greatest(coalesce(e."end", t.end_ns), e.start) DESC, e.row_id
    ) AS opened
FROM loaded.NVTX_EVENTS AS e, _trace_end AS t
WHERE e.eventType IN (59, 60, 70, 71)
