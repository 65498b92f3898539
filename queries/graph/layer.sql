-- One row per rolled-up path that launched CUDA graphs, and layer in them, ordered by sum_ns, largest first. The sums
-- add up to all operations of graphs with recorded nodes.
--
-- launch_path       VARCHAR  -      labels of the ranges open at the launch, which own the operations, joined by /;
--     NULL if unattributed
-- layer_path        VARCHAR  -      labels of the ranges open when the nodes were captured, see graph_node; NULL if
--     unknown
-- path              VARCHAR  -      launch_path and layer_path, joined by /
-- reason            VARCHAR  -      why the layer is unknown, see graph_node
-- launch_count      BIGINT   count  launches of graphs that contain the layer
-- operation_count   BIGINT   count  operations of the layer
-- sum_ns            BIGINT   ns     sum of their durations
-- share_ratio       DOUBLE   ratio  sum_ns divided by the time of all graph operations of launch_path
-- median_launch_ns  DOUBLE   ns     median per launch of the sum of durations
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
