-- One row per piece in which a GPU operation was launched, and per range that is open in it, including the piece's
-- range. Inclusive totals are summed over these rows.
-- materialized: it maps operations to all ranges around them.
--
-- level 0 is the range opened last, which is the range of the piece. Zero-length ranges own nothing and are in no
-- stack. If ranges nest, the query walks up from each range. If ranges cross or are deeply nested, each range is open
-- in a series of consecutive launching pieces, and has one row per piece in that series.
WITH RECURSIVE asked AS (
    SELECT thread_id, piece_id, min(call_ns) AS instant_ns FROM _attribution WHERE piece_id IS NOT NULL GROUP BY ALL
),
stack AS (
    SELECT piece_id, piece_id AS range_id, 0 AS level FROM asked ANTI JOIN _steep USING (thread_id)
    UNION ALL
    SELECT s.piece_id, p.parent_id, s.level + 1
    FROM stack AS s JOIN _range_parent AS p USING (range_id)
    WHERE p.parent_id IS NOT NULL
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY thread_id ORDER BY instant_ns, piece_id) AS number
    FROM asked SEMI JOIN _steep USING (thread_id)
),
until AS (SELECT thread_id, instant_ns, max(number) AS number FROM numbered GROUP BY ALL),
held AS (
    SELECT r.thread_id, r.range_id, r.opened, unnest(generate_series(coalesce(b.number, 0) + 1, e.number)) AS number
    FROM (FROM _range SEMI JOIN _steep USING (thread_id) WHERE end_ns > start_ns) AS r
    ASOF JOIN until AS e ON e.thread_id = r.thread_id AND e.instant_ns < r.end_ns
    ASOF LEFT JOIN until AS b ON b.thread_id = r.thread_id AND b.instant_ns < r.start_ns
)
SELECT piece_id, range_id, level FROM stack
UNION ALL
SELECT n.piece_id, h.range_id,
    (row_number() OVER (PARTITION BY h.thread_id, h.number ORDER BY h.opened DESC) - 1)::INTEGER AS level
FROM held AS h JOIN numbered AS n ON n.thread_id = h.thread_id AND n.number = h.number
