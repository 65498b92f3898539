-- One row per process and CUDA graph node that ran in the trace, with its layer and the way it was determined. The
-- rows are unordered. The trace must be recorded with `--cuda-graph-trace=node`, and recording must start before the
-- graphs are captured.
-- materialized: every query on layers inside graphs joins it.
--
-- process_id      BIGINT   -      key of the process (nsys's globalPid)
-- graph_node_id   BIGINT   -      ID of the node in the trace (nsys's graphNodeId); unique only within its process
-- root_node_id    BIGINT   -      original node at the start of the chain of copies; NULL if unknown
-- copy_count      BIGINT   count  number of copies in the chain from the root node to this node
-- via             VARCHAR  -      how the layer was determined: graph_node, from the creation of the root node;
--     graph_order, from the order of launches in the capture, if the nodes were recorded after the capture; NULL if the
--     layer is unknown
-- reason          VARCHAR  -      reason why the layer is unknown: not recorded; ambiguous; no end (a cycle, or more
--     than 64 copies); order unknown (the capture has different numbers of nodes and launches); no range (no range was
--     open)
-- layer_range_id  BIGINT   -      innermost range that was open when the root node was created
-- layer_path      VARCHAR  -      labels of the ranges that were open at that time, starting with the first one opened
--     inside the capture, joined by /
SELECT l.process_id, l.node_id AS graph_node_id, l.root_id AS root_node_id, l.copy_count,
    CASE WHEN p.range_id IS NOT NULL THEN a.via END AS via,
    CASE
        WHEN l.reason IS NOT NULL THEN l.reason
        WHEN a.instant_ns IS NULL THEN 'order unknown'
        WHEN p.range_id IS NULL THEN 'no range'
    END AS reason,
    p.range_id AS layer_range_id, p.layer_path
FROM graph__lineage AS l
LEFT JOIN graph__around AS a ON a.process_id = l.process_id AND a.node_id = l.root_id
LEFT JOIN graph__path AS p ON p.piece_id = a.piece_id AND p.begin_ns IS NOT DISTINCT FROM a.begin_ns
