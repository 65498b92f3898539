-- One row per node that is not a copy: the instant on its thread at which the open ranges name its layer, and the start
-- of the capture that it was created in. instant_ns is NULL if the order of launches does not determine it.
-- materialized: almost always empty, and known to be, so queries that join it read nothing else.
--
-- A node is recorded inside the call that created it. Some versions of nsys record all nodes of a capture after it has
-- ended, outside of such calls. The n-th node then belongs to the n-th call in the capture, if there are equally many
-- nodes and calls.
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
