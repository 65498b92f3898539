-- One row per process and replayed node, with its root (the node at the start of its chain of copies) and the number of
-- copies between them, or the reason why the root is unknown.
-- materialized: the walk from node to root runs once per node instead of once per execution.
--
-- Each node has at most one source, or it is ambiguous, so a walk is a single row that advances from node to node. It
-- ends at a node without a record or source, at an ambiguous node, or after 64 copies (for example, in a cycle).
WITH RECURSIVE walk AS (
    SELECT DISTINCT process_id, node_id, node_id AS at_id, 0 AS copy_count FROM _graph_operation
    UNION ALL
    SELECT w.process_id, w.node_id, r.original_id, w.copy_count + 1
    FROM walk AS w JOIN _graph_record AS r ON r.process_id = w.process_id AND r.node_id = w.at_id
    WHERE r.original_id IS NOT NULL AND NOT r.is_ambiguous AND w.copy_count <= 64
),
ended AS (
    SELECT process_id, node_id, arg_max(at_id, copy_count) AS root_id, max(copy_count) AS copy_count
    FROM walk GROUP BY ALL
),
judged AS (
    SELECT e.*,
        CASE
            WHEN e.copy_count > 64 THEN 'no end'
            WHEN r.node_id IS NULL THEN 'not recorded'
            WHEN r.is_ambiguous THEN 'ambiguous'
        END AS reason
    FROM ended AS e LEFT JOIN _graph_record AS r ON r.process_id = e.process_id AND r.node_id = e.root_id
)
SELECT process_id, node_id, reason,
    CASE WHEN reason IS NULL THEN root_id END AS root_id,
    CASE WHEN reason IS NULL THEN copy_count END::BIGINT AS copy_count
FROM judged
