-- One row per rolled-up launch path and layer in CUDA graphs, ordered by sum_ns, largest first. The sums add up to the
-- total duration of all operations in graphs with recorded nodes.
--
-- launch_path       VARCHAR  -      labels of the ranges that were open at the launch, joined by /; the operations are
--     attributed to the innermost one; NULL if they are unattributed
-- layer_path        VARCHAR  -      labels of the ranges that were open when the nodes were captured (see graph_node);
--     NULL if unknown
-- path              VARCHAR  -      launch_path and layer_path, joined by /
-- reason            VARCHAR  -      reason why the layer is unknown (see graph_node)
-- launch_count      BIGINT   count  number of launches of graphs that contain the layer
-- operation_count   BIGINT   count  number of operations in the layer
-- sum_ns            BIGINT   ns     sum of the durations of these operations
-- share_ratio       DOUBLE   ratio  sum_ns divided by the total duration of the graph operations launched in
--     launch_path
-- median_launch_ns  DOUBLE   ns     median of the layer's total operation duration per launch
SELECT
    p.rolled_path AS launch_path, l.layer_path, nullif(concat_ws('/', p.rolled_path, l.layer_path), '') AS path, l.reason,
    count(l.call_id) AS launch_count,
    sum(l.operation_count)::BIGINT AS operation_count,
    sum(l.sum_ns)::BIGINT AS sum_ns,
    sum(l.sum_ns) / nullif(sum(sum(l.sum_ns)) OVER (PARTITION BY p.rolled_path), 0) AS share_ratio,
    median(l.sum_ns) FILTER (l.call_id IS NOT NULL) AS median_launch_ns
FROM graph__launch AS l LEFT JOIN _range_path AS p USING (range_id)
GROUP BY p.rolled_path, l.layer_path, l.reason
ORDER BY sum_ns DESC, launch_path, layer_path, reason
