-- One row per GPU operation to be drawn in an export; unordered. Strings are given as text_id (see export__text). kind
-- is 0 for kernels, 1 for copies, 2 for memsets and 3 for graphs, as in the lowest bits of operation_id.
WITH value AS (SELECT text_id, text FROM export__text WHERE is_value),
name AS (
    SELECT k.name_id, a.text_id AS label, b.text_id AS name, c.text_id AS class
    FROM export__kernel AS k
    JOIN value AS a ON a.text = k.label
    JOIN value AS b ON b.text = k.name
    JOIN value AS c ON c.text = k.class
),
shape AS (SELECT s.x, s.y, s.z, t.text_id FROM export__shape AS s JOIN value AS t USING (text)),
layer AS (SELECT l.process_id, l.graph_node_id, t.text_id FROM export__layer AS l JOIN value AS t ON t.text = l.layer),
operation AS (
    SELECT k.operation_id, k.process_id, k.device_id, k.stream_id, k.start_ns, k.end_ns, n.label, n.label AS title,
        n.name, n.class, g.text_id AS grid, b.text_id AS block, l.text_id AS layer, NULL::BIGINT AS bytes
    FROM _kernel AS k
    JOIN name AS n ON n.name_id IS NOT DISTINCT FROM k.name_id
    LEFT JOIN shape AS g ON g.x = k.grid_x AND g.y = k.grid_y AND g.z = k.grid_z
    LEFT JOIN shape AS b ON b.x = k.block_x AND b.y = k.block_y AND b.z = k.block_z
    LEFT JOIN layer AS l ON l.process_id = k.process_id AND l.graph_node_id = k.graph_node_id
    UNION ALL
    SELECT c.operation_id, c.process_id, c.device_id, c.stream_id, c.start_ns, c.end_ns, NULL, t.text_id,
        NULL, NULL, NULL, NULL, NULL, c.copied_bytes
    FROM copy AS c JOIN export__text AS t ON t.text = 'copy ' || coalesce(c.kind, 'Unknown')
    UNION ALL
    SELECT s.operation_id, s.process_id, s.device_id, s.stream_id, s.start_ns, s.end_ns, NULL, t.text_id,
        NULL, NULL, NULL, NULL, NULL, s.set_bytes
    FROM memset AS s JOIN export__text AS t ON t.text = 'memset'
    UNION ALL
    SELECT r.operation_id, r.process_id, r.device_id, r.stream_id, r.start_ns, r.end_ns, NULL, t.text_id,
        NULL, NULL, NULL, NULL, NULL, NULL
    FROM graph_run AS r JOIN export__text AS t ON t.text = 'CUDA graph ' || coalesce(r.graph_id, 0)
)
SELECT d.gpu_id, o.process_id, coalesce(o.stream_id, 0) AS stream_id, o.start_ns, greatest(o.end_ns, o.start_ns) AS end_ns,
    o.operation_id, (o.operation_id & 3)::TINYINT AS kind, o.title, o.label, o.name, o.class, o.grid, o.block,
    coalesce(o.layer, p.layer) AS layer, p.stage, p.range, CASE WHEN o.operation_id & 3 = 0 THEN p.flops END AS flops,
    o.bytes, a.call_id AS flow
FROM operation AS o
JOIN export__gpu AS d ON d.process_id = o.process_id AND d.device_id IS NOT DISTINCT FROM o.device_id
-- Compare start times as well as keys, so that an export of one time chunk reads only that chunk from both sides.
LEFT JOIN _launched AS a ON a.operation_id = o.operation_id AND a.start_ns = o.start_ns
LEFT JOIN export__piece AS p ON p.piece_id = a.piece_id
