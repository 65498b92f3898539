-- One row per node of a CUDA graph whose layer is known.
-- unstored: an export joins it with each part of the operations.
SELECT process_id, graph_node_id, layer_path AS layer FROM graph_node WHERE layer_path IS NOT NULL
