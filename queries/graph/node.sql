-- One row per process and node of a CUDA graph that ran in the trace: where its layer is known from; unordered. Needs a
-- recording with `--cuda-graph-trace=node` that began before the graphs were captured.
-- materialized: joined by every figure of layers inside graphs.
--
-- process_id      BIGINT   -      key of the process (nsys's globalPid)
-- graph_node_id   BIGINT   -      the node, as its runs name it (nsys's graphNodeId); unique in its process only
-- root_node_id    BIGINT   -      the node that it is a copy of, over all copies; NULL where that is not known
-- copy_count      BIGINT   count  copies from that node to this one
-- via             VARCHAR  -      graph_node: from the creation of that node; graph_order: from the order of launches in
--     the capture, where nodes were recorded after it; NULL: no layer is known
-- reason          VARCHAR  -      why not: not recorded; ambiguous; no end (a cycle, or over 64 copies); order unknown (not as
--     many nodes as launches in the capture); no range (none was open)
-- layer_range_id  BIGINT   -      innermost range that was open at its creation
-- layer_path      VARCHAR  -      labels of the ranges open there, from the first opened inside the capture, joined by /
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
