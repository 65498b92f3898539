-- One row per GPU operation: the API call that launched it, the innermost range open at that call, which owns the
-- operation, and, if a CUDA graph launched it, the range that was open when its node was captured; unordered.
--
-- operation_id    BIGINT   -   the GPU operation
-- call_id         BIGINT   -   the API call that launched it; NULL if the trace does not contain the call
-- thread_id       BIGINT   -   the thread that launched it (nsys's globalTid); NULL without a call
-- call_ns         BIGINT   ns  start of that call
-- call_end_ns     BIGINT   ns  end of that call
-- range_id        BIGINT   -   innermost range open at the start of the call; NULL: the operation is unattributed
-- piece_id        BIGINT   -   the piece of that range, key of _range_stack
-- layer_range_id  BIGINT   -   innermost range open when the graph node was captured; NULL if unknown, and outside CUDA
--                              graphs
-- via             VARCHAR  -   launch: attributed by range_id alone; graph_node, graph_order: also by layer_range_id,
--                              see graph_node; NULL: by neither
SELECT
    l.operation_id, l.call_id, l.thread_id, l.call_ns, l.call_end_ns,
    l.range_id,
    l.piece_id,
    g.layer_range_id,
    coalesce(g.via, CASE WHEN l.piece_id IS NOT NULL THEN 'launch' END) AS via
FROM _launched AS l
LEFT JOIN (
    SELECT o.operation_id, n.layer_range_id, n.via
    FROM _graph_operation AS o
    JOIN graph_node AS n ON n.process_id = o.process_id AND n.graph_node_id = o.node_id
    WHERE n.via IS NOT NULL
) AS g USING (operation_id)
