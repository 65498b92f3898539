-- One row per kind of GPU operation, with the count and total duration in nsys's own tables. Attribution is checked
-- against these values.
SELECT 'kernel' AS kind, count(*) AS n, sum("end" - start) AS ns FROM loaded.CUPTI_ACTIVITY_KIND_KERNEL
UNION ALL SELECT 'copy', count(*), sum("end" - start) FROM loaded.CUPTI_ACTIVITY_KIND_MEMCPY
UNION ALL SELECT 'memset', count(*), sum("end" - start) FROM loaded.CUPTI_ACTIVITY_KIND_MEMSET
UNION ALL SELECT 'graph', count(*), sum("end" - start) FROM loaded.CUPTI_ACTIVITY_KIND_GRAPH_TRACE
