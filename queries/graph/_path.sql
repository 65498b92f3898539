-- One row per piece in which nodes were created and per start of their capture, with the path of the enclosing ranges,
-- starting with the first one opened inside the capture. Without a capture, the path contains all enclosing ranges.
WITH RECURSIVE captured AS (
    SELECT piece_id, begin_ns, thread_id, min(instant_ns) AS instant_ns
    FROM graph__around WHERE piece_id IS NOT NULL
    GROUP BY ALL
),
up AS (
    SELECT DISTINCT piece_id, piece_id AS range_id FROM captured ANTI JOIN _crossing USING (thread_id)
    UNION ALL
    SELECT u.piece_id, p.parent_id
    FROM up AS u JOIN _range_parent AS p USING (range_id)
    WHERE p.parent_id IS NOT NULL
),
-- On threads with crossing ranges, each range is open in consecutive pieces.
numbered AS (
    SELECT piece_id, thread_id, instant_ns, row_number() OVER (PARTITION BY thread_id ORDER BY instant_ns, piece_id) AS number
    FROM (SELECT piece_id, thread_id, min(instant_ns) AS instant_ns FROM captured GROUP BY ALL)
    SEMI JOIN _crossing USING (thread_id)
),
until AS (SELECT thread_id, instant_ns, max(number) AS number FROM numbered GROUP BY ALL),
held AS (
    SELECT r.thread_id, r.range_id, unnest(generate_series(coalesce(b.number, 0) + 1, e.number)) AS number
    FROM (FROM _range SEMI JOIN _crossing USING (thread_id) WHERE end_ns > start_ns) AS r
    ASOF JOIN until AS e ON e.thread_id = r.thread_id AND e.instant_ns < r.end_ns
    ASOF LEFT JOIN until AS b ON b.thread_id = r.thread_id AND b.instant_ns < r.start_ns
),
stack AS (
    FROM up
    UNION ALL
    SELECT n.piece_id, h.range_id FROM held AS h JOIN numbered AS n ON n.thread_id = h.thread_id AND n.number = h.number
)
SELECT a.piece_id, a.begin_ns,
    arg_max(s.range_id, r.opened) AS range_id,
    left(string_agg(n.label, '/' ORDER BY r.opened), 4000) AS layer_path
FROM captured AS a
JOIN stack AS s USING (piece_id)
-- Without graphs, stack is empty, and the semijoins avoid hash tables of all ranges.
JOIN (FROM _range SEMI JOIN stack USING (range_id)) AS r USING (range_id)
JOIN (FROM _range_name SEMI JOIN stack USING (range_id)) AS n USING (range_id)
WHERE a.begin_ns IS NULL OR r.start_ns >= a.begin_ns
GROUP BY ALL
