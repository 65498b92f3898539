-- One row per block of 1, 2, 4, 8 ... crossed ranges of a thread, opened one after the other, and end in it: of the ranges
-- of the block that do not end before, the one opened last, and the shortest.
-- materialized: almost always empty; asked by two queries.
--
-- The first k ranges of a thread are as many blocks as k has binary ones, so that "of the first k, what ends at t or later?"
-- takes that many look-ups. Blocks with odd numbers are in none of them. Of equally long ranges the shortest is the one opened
-- last.
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
