-- One row per NVTX range as recorded: end_ns is NULL where it was never closed. What needs no nesting reads this, so
-- that the end of the trace, and with it kernels and calls, need not be known. Its name is text or the string text_id.
SELECT row_id AS range_id, globalTid AS thread_id, endGlobalTid AS end_thread_id, domainId AS domain_id,
    eventType IN (60, 71) AS is_start_end, start AS start_ns, "end" AS end_ns, text, textId AS text_id
FROM loaded.NVTX_EVENTS
WHERE eventType IN (59, 60, 70, 71)
