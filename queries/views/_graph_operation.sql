-- One row per GPU operation launched by a CUDA graph in a trace recorded at node level, with the graph node that was
-- executed.
-- materialized: it is almost always empty. Once it is materialized, DuckDB knows that it is empty, and joins with it
--     read no other table.
SELECT row_id << 2 AS operation_id, globalPid AS process_id, graphNodeId AS node_id, "end" - start AS duration_ns
FROM loaded.CUPTI_ACTIVITY_KIND_KERNEL WHERE graphNodeId <> 0
UNION ALL
SELECT (row_id << 2) | 1, globalPid, graphNodeId, "end" - start
FROM loaded.CUPTI_ACTIVITY_KIND_MEMCPY WHERE graphNodeId <> 0
UNION ALL
SELECT (row_id << 2) | 2, globalPid, graphNodeId, "end" - start
FROM loaded.CUPTI_ACTIVITY_KIND_MEMSET WHERE graphNodeId <> 0
