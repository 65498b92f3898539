-- One row per node that is not a copy and from which a replayed node originates, with the piece that was open when the
-- node was created.
SELECT p.process_id, p.node_id, p.thread_id, p.via, p.instant_ns, p.begin_ns, i.piece_id
FROM (
    FROM graph__place
    SEMI JOIN (SELECT process_id, root_id AS node_id FROM graph__lineage) USING (process_id, node_id)
) AS p
ASOF LEFT JOIN (FROM _innermost SEMI JOIN (SELECT DISTINCT thread_id FROM graph__place) USING (thread_id)) AS i
    ON i.thread_id = p.thread_id AND i.instant_ns <= p.instant_ns
