-- One row per node that is not a copy, with the instant at which the ranges open on its thread name its layer, and the
-- start of the capture in which the node was created. instant_ns is NULL if the instant cannot be determined from the
-- order of launches.
-- materialized: almost always empty. Queries that join an empty table do not read their other tables.
--
-- Usually, a node is recorded inside the call that created it. Some versions of nsys record all nodes of a capture
-- after the capture has ended, outside such calls. In this case, the n-th node belongs to the n-th call in the capture,
-- provided that there are as many nodes as calls.
WITH node AS (
    SELECT process_id, node_id, thread_id, created_ns FROM _graph_record WHERE original_id IS NULL AND NOT is_ambiguous
),
seen AS (
    SELECT n.*, p.start_ns AS capture_ns, p.begin_ns, p.is_begin,
        coalesce(NOT p.is_begin AND c.end_ns >= n.created_ns IS NOT TRUE, false) AS is_late
    FROM node AS n
    ASOF LEFT JOIN graph__capture AS p ON p.thread_id = n.thread_id AND p.start_ns <= n.created_ns
    ASOF LEFT JOIN (SELECT * FROM graph__call WHERE kind = 'create') AS c
        ON c.thread_id = n.thread_id AND c.start_ns <= n.created_ns
),
late AS (
    SELECT *, row_number() OVER (PARTITION BY thread_id, capture_ns ORDER BY created_ns, node_id) AS position,
        count(*) OVER (PARTITION BY thread_id, capture_ns) AS n
    FROM seen WHERE is_late
),
launch AS (
    SELECT c.thread_id, c.start_ns, p.begin_ns,
        row_number() OVER (PARTITION BY c.thread_id, p.begin_ns ORDER BY c.start_ns) AS position,
        count(*) OVER (PARTITION BY c.thread_id, p.begin_ns) AS n
    FROM graph__call AS c
    ASOF JOIN graph__capture AS p ON p.thread_id = c.thread_id AND p.start_ns <= c.start_ns
    WHERE c.kind = 'create' AND p.is_begin
)
SELECT process_id, node_id, thread_id, 'graph_node' AS via, created_ns AS instant_ns,
    CASE WHEN is_begin THEN begin_ns END AS begin_ns
FROM seen WHERE NOT is_late
UNION ALL
SELECT o.process_id, o.node_id, o.thread_id, 'graph_order', l.start_ns, o.begin_ns
FROM late AS o
LEFT JOIN launch AS l
    ON l.thread_id = o.thread_id AND l.begin_ns = o.begin_ns AND l.position = o.position AND l.n = o.n
