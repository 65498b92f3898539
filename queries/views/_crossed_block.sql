-- One row per block of 1, 2, 4, 8 ... consecutive crossed ranges on a thread, and end time in the block. The row
-- identifies two of the block's ranges that end at that time or later: the one opened last, and the shortest one.
-- materialized: it is almost always empty; two queries read it.
--
-- The first k ranges on a thread are split into one block per set bit of k. The question "which of the first k ranges
-- end at t or later?" therefore takes one lookup per set bit. No split contains a block with an odd number, so these
-- blocks are left out. If several ranges have the same length, the one opened last is taken as the shortest.
WITH height AS (SELECT max(floor(log2(number)))::INTEGER AS levels FROM _crossed),
member AS (
    SELECT c.thread_id, c.opened, c.end_ns, c.end_ns - c.start_ns AS length_ns, level, (c.number - 1) >> level AS block
    FROM _crossed AS c, (SELECT unnest(range(levels + 1))::INTEGER AS level FROM height)
    WHERE ((c.number - 1) >> level) & 1 = 0
),
ended AS (
    SELECT thread_id, level, block, end_ns, max(opened) AS opened,
        min({'length_ns': length_ns, 'later': -opened}) AS shortest
    FROM member
    GROUP BY ALL
)
SELECT thread_id, level, block, end_ns, max(opened) OVER beyond AS opened, min(shortest) OVER beyond AS shortest
FROM ended
WINDOW beyond AS (PARTITION BY thread_id, level, block ORDER BY end_ns DESC ROWS UNBOUNDED PRECEDING)
