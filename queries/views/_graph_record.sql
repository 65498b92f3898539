-- One row per process and CUDA graph node whose creation was recorded. The row has the node that it was copied from
-- (NULL if it is not a copy), and the time and thread of its first creation.
-- materialized: a node can be recorded hundreds of times, and its rows are aggregated only once.
--
-- Node IDs are unique within a process. A copied node can also have a row for its creation, so a node is a copy if any
-- of its rows has an original. A node is ambiguous if its rows have different originals, or if it is not a copy and its
-- rows have different threads.
SELECT
    globalTid & -16777216 AS process_id,
    graphNodeId AS node_id,
    min(nullif(originalGraphNodeId, 0)) AS original_id,
    CASE WHEN max(nullif(originalGraphNodeId, 0)) IS NULL THEN min(globalTid) <> max(globalTid)
        ELSE min(nullif(originalGraphNodeId, 0)) <> max(nullif(originalGraphNodeId, 0)) END AS is_ambiguous,
    min(globalTid) AS thread_id,
    min(start) AS created_ns
FROM loaded.CUDA_GRAPH_NODE_EVENTS
WHERE graphNodeId <> 0 AND globalTid IS NOT NULL
GROUP BY ALL
