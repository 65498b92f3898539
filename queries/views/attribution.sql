-- One row per GPU operation, with the API call that launched it and the ranges that it belongs to; unordered. The
-- innermost range open at the time of the call owns the operation. If a CUDA graph launched the operation, the row also
-- contains the range that was open when the graph node was captured.
--
-- operation_id    BIGINT   -   key of the GPU operation
-- call_id         BIGINT   -   API call that launched it; NULL if the trace does not contain the call
-- thread_id       BIGINT   -   thread that launched it (nsys's globalTid); NULL if the call is unknown
-- call_ns         BIGINT   ns  start of the call
-- call_end_ns     BIGINT   ns  end of the call
-- range_id        BIGINT   -   innermost range open at the start of the call; NULL if the operation is unattributed
-- piece_id        BIGINT   -   piece of that range (key of _range_stack)
-- layer_range_id  BIGINT   -   innermost range open when the graph node was captured; NULL if unknown or if no CUDA
--                              graph launched the operation
-- via             VARCHAR  -   how the operation was attributed: launch (by range_id alone), or graph_node or
--                              graph_order (also by layer_range_id; see graph_node); NULL if neither ID is known
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
