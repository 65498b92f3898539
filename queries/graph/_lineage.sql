-- One row per replayed node of a process: the node that was created in the first place, over how many copies it is
-- reached, or the reason why it is not.
-- materialized: the walk from node to original, once per node and not per run of it.
--
-- A node has one original or is ambiguous, so that a walk is one row that moves. It ends at a node without a record, at
-- an ambiguous one, at one that it has seen, or after 64 copies.
WITH RECURSIVE replayed AS (SELECT DISTINCT process_id, node_id FROM _graph_operation),
walk AS (
    SELECT process_id, node_id, node_id AS at_id, []::BIGINT[] AS seen FROM replayed
    UNION ALL
    SELECT w.process_id, w.node_id, r.original_id, list_append(w.seen, w.at_id)
    FROM walk AS w JOIN _graph_record AS r ON r.process_id = w.process_id AND r.node_id = w.at_id
    WHERE r.original_id IS NOT NULL AND NOT r.is_ambiguous AND len(w.seen) <= 64 AND NOT list_contains(w.seen, w.at_id)
),
ended AS (
    SELECT process_id, node_id, arg_max(at_id, len(seen)) AS root_id, max(len(seen)) AS copy_count,
        arg_max(list_contains(seen, at_id), len(seen)) AS is_cycle
    FROM walk GROUP BY ALL
)
SELECT e.process_id, e.node_id, e.root_id, e.copy_count,
    CASE
        WHEN e.is_cycle THEN 'cycle'
        WHEN e.copy_count > 64 THEN 'too many copies'
        WHEN r.node_id IS NULL THEN 'not recorded'
        WHEN r.is_ambiguous THEN 'ambiguous'
    END AS reason
FROM ended AS e LEFT JOIN _graph_record AS r ON r.process_id = e.process_id AND r.node_id = e.root_id
