-- One row per launch of a CUDA graph with recorded nodes, and layer in it, ordered by launch, then by sum_ns, largest
-- first.
--
-- call_id          BIGINT   -      API call that launched the graph; NULL if the trace does not identify it
-- call_ns          BIGINT   ns     start of that call
-- range_id         BIGINT   -      innermost range open at the launch, which owns the operations; NULL if unattributed
-- launch_path      VARCHAR  -      names of the ranges open at the launch, joined by /
-- layer_path       VARCHAR  -      labels of the ranges open when the nodes were captured, see graph_node; NULL if
--     unknown
-- reason           VARCHAR  -      why the layer is unknown, see graph_node
-- operation_count  BIGINT   count  operations of the layer
-- sum_ns           BIGINT   ns     sum of their durations
-- share_ratio      DOUBLE   ratio  sum_ns divided by the time of all operations of the launch
SELECT l.call_id, l.call_ns, l.range_id, p.path AS launch_path, l.layer_path, l.reason, l.operation_count, l.sum_ns,
    l.sum_ns / nullif(sum(l.sum_ns) OVER (PARTITION BY l.call_id), 0) AS share_ratio
FROM graph__launch AS l LEFT JOIN _recorded_path AS p USING (range_id)
ORDER BY l.call_ns, l.call_id, l.sum_ns DESC, l.layer_path, l.reason
