-- One row per layer and launch of a CUDA graph with recorded nodes, ordered by launch, then by sum_ns, largest first.
--
-- call_id          BIGINT   -      API call that launched the graph; NULL if the trace does not identify the call
-- call_ns          BIGINT   ns     start of the API call
-- range_id         BIGINT   -      innermost range open at the launch, to which the operations are attributed; NULL if
--     they are unattributed
-- launch_path      VARCHAR  -      names of the ranges that were open at the launch, joined by /
-- layer_path       VARCHAR  -      labels of the ranges that were open when the nodes were captured (see graph_node);
--     NULL if unknown
-- reason           VARCHAR  -      reason why the layer is unknown (see graph_node)
-- operation_count  BIGINT   count  number of operations in the layer
-- sum_ns           BIGINT   ns     sum of the durations of these operations
-- share_ratio      DOUBLE   ratio  sum_ns divided by the total duration of the launch's operations
SELECT l.call_id, l.call_ns, l.range_id, p.path AS launch_path, l.layer_path, l.reason, l.operation_count, l.sum_ns,
    l.sum_ns / nullif(sum(l.sum_ns) OVER (PARTITION BY l.call_id), 0) AS share_ratio
FROM graph__launch AS l LEFT JOIN _recorded_path AS p USING (range_id)
ORDER BY l.call_ns, l.call_id, l.sum_ns DESC, l.layer_path, l.reason
