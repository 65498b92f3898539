-- One row per NVTX range as recorded. end_ns is NULL if the range was never closed. Queries that do not need nesting
-- read this view, because it does not depend on the end of the trace, which is computed from kernels and calls. The
-- name is in text, or in the string with the key text_id.
SELECT row_id AS range_id, globalTid AS thread_id, endGlobalTid AS end_thread_id, domainId AS domain_id,
    eventType IN (60, 71) AS is_start_end, start AS start_ns, "end" AS end_ns, text, textId AS text_id
FROM loaded.NVTX_EVENTS
WHERE eventType IN (59, 60, 70, 71)
