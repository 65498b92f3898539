-- One row per time at which the innermost range may change on a thread whose ranges cross, with the innermost piece
-- from then on, or NULL. The innermost open range is the one opened last. It is found by depth among nesting ranges,
-- and by _crossed_top among crossed ranges.
-- materialized: it is almost always empty.
--
-- A piece is a part of a range during which no range around it ends. Its key consists of the key of the range and, from
-- bit 40 up, the number of the thread's crossed ranges that have ended since the range was opened. Only crossed ranges
-- can end before a range inside them.
WITH calm AS (
    SELECT b.thread_id, b.instant_ns, CASE WHEN b.is_start THEN b.range_id ELSE a.around_id END AS range_id
    FROM _calm_boundary AS b LEFT JOIN _range_around AS a USING (range_id)
    WHERE b.is_last
),
instant AS (
    SELECT thread_id, instant_ns FROM calm UNION SELECT thread_id, instant_ns FROM _crossed_top
),
open AS (
    SELECT i.thread_id, i.instant_ns, c.range_id, t.opened, coalesce(t.ended_count, 0) AS ended_count
    FROM instant AS i
    ASOF LEFT JOIN calm AS c ON c.thread_id = i.thread_id AND c.instant_ns <= i.instant_ns
    ASOF LEFT JOIN _crossed_top AS t ON t.thread_id = i.thread_id AND t.instant_ns <= i.instant_ns
),
innermost AS (
    SELECT o.thread_id, o.instant_ns, o.ended_count,
        CASE WHEN coalesce(r.opened, 0) > coalesce(c.opened, 0) THEN r.range_id ELSE c.range_id END AS range_id,
        CASE WHEN coalesce(r.opened, 0) > coalesce(c.opened, 0) THEN r.start_ns ELSE c.start_ns END AS start_ns
    FROM open AS o
    LEFT JOIN _range AS r USING (range_id)
    LEFT JOIN _crossed AS c ON c.thread_id = o.thread_id AND c.opened = o.opened
)
SELECT i.thread_id, i.instant_ns, i.range_id + ((i.ended_count - coalesce(t.ended_count, 0)) << 40) AS piece_id
FROM innermost AS i
ASOF LEFT JOIN _crossed_top AS t ON t.thread_id = i.thread_id AND t.instant_ns <= coalesce(i.start_ns, i.instant_ns)
