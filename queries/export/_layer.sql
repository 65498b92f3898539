-- One row per CUDA graph node with a known layer.
-- unstored: exports join it with each chunk of operations.
SELECT process_id, graph_node_id, layer_path AS layer FROM graph_node WHERE layer_path IS NOT NULL
