-- One row per node of a CUDA graph whose layer is known.
-- unstored: an export joins each chunk of the operations with it.
SELECT process_id, graph_node_id, layer_path AS layer FROM graph_node WHERE layer_path IS NOT NULL
