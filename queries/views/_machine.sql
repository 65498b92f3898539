-- One row per machine or container whose processes used a GPU, numbered from 0. The machine is identified by the upper
-- 16 bits of nsys's keys.
-- materialized: every query about operations reads it, and it usually has one row.
SELECT machine, row_number() OVER (ORDER BY machine) - 1 AS number
FROM (
    SELECT globalPid >> 48 AS machine FROM loaded.CUPTI_ACTIVITY_KIND_KERNEL
    UNION SELECT globalPid >> 48 FROM loaded.CUPTI_ACTIVITY_KIND_MEMCPY
    UNION SELECT globalPid >> 48 FROM loaded.CUPTI_ACTIVITY_KIND_MEMSET
    UNION SELECT globalPid >> 48 FROM loaded.CUPTI_ACTIVITY_KIND_GRAPH_TRACE
)
WHERE machine IS NOT NULL
