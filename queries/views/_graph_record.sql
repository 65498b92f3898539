-- One row per process and node of a CUDA graph whose creation was recorded: the node that it is a copy of (NULL for one
-- that was created itself), and when and on which thread it was created first.
-- materialized: a node can be recorded hundreds of times, and its rows are reduced once.
--
-- ids are per process. A copy can have a row of creation besides; any row with an original makes it a copy. It is
-- ambiguous if its rows name several originals, or for one that is not a copy, several threads.
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
