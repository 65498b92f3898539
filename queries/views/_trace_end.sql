-- One row: the end of the trace, which is also the end of ranges that were never closed.
-- materialized: it is one number that every range query needs.
SELECT max(instant) AS end_ns
FROM (
    SELECT max(greatest(start, coalesce("end", start))) AS instant FROM loaded.NVTX_EVENTS
    UNION ALL SELECT max("end") FROM loaded.CUPTI_ACTIVITY_KIND_RUNTIME
    UNION ALL SELECT max("end") FROM loaded.CUPTI_ACTIVITY_KIND_KERNEL
    UNION ALL SELECT max("end") FROM loaded.CUPTI_ACTIVITY_KIND_MEMCPY
    UNION ALL SELECT max("end") FROM loaded.CUPTI_ACTIVITY_KIND_MEMSET
    UNION ALL SELECT max("end") FROM loaded.CUPTI_ACTIVITY_KIND_GRAPH_TRACE
) AS ends
