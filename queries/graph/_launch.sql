-- One row per layer and launch of a CUDA graph with recorded nodes.
-- materialized: all queries on layers inside graphs read this table.
SELECT l.call_id, l.call_ns, l.range_id, n.layer_path, n.reason,
    count(*) AS operation_count, sum(o.duration_ns)::BIGINT AS sum_ns
FROM _graph_operation AS o
JOIN graph_node AS n ON n.process_id = o.process_id AND n.graph_node_id = o.node_id
JOIN _launched AS l USING (operation_id)
GROUP BY ALL
