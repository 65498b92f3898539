-- One row per instant at which a range must be cut so that the pieces of all ranges of a thread nest.
-- materialized: empty unless ranges cross (start/end ranges, several domains on one thread).
--
-- Range r crosses an earlier opened range a when a ends strictly inside r; r is cut there. Only ranges that some
-- later opened range outlives can be such an a ("crossed"): a range maximum over the ranges opened inside a finds
-- them without comparing pairs. Their ends are numbered per thread, so that the ends inside r are an interval of
-- numbers, enumerated by unnest and joined by equality: never a containment join.
WITH spans AS (
    SELECT range_id, thread_id, start_ns, end_ns, opened
    FROM _range SEMI JOIN _crossing USING (thread_id)
    WHERE end_ns > start_ns
),
-- How many ranges of the thread have been opened before each range ends.
starts AS (SELECT thread_id, start_ns, max(opened) AS opened FROM spans GROUP BY ALL),
inside AS (
    SELECT s.*, b.opened AS opened_before_end
    FROM spans AS s
    ASOF JOIN starts AS b ON b.thread_id = s.thread_id AND b.start_ns < s.end_ns
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY thread_id ORDER BY opened) AS n FROM inside
),
followed AS (
    SELECT i.*, last.n - i.n AS follower_count
    FROM numbered AS i JOIN numbered AS last
        ON last.thread_id = i.thread_id AND last.opened = i.opened_before_end
),
reached AS (
    SELECT *, max(end_ns) OVER (
        PARTITION BY thread_id ORDER BY opened ROWS BETWEEN 1 FOLLOWING AND follower_count FOLLOWING
    ) AS latest_end_inside
    FROM followed
),
crossed AS (
    SELECT thread_id, end_ns, opened, row_number() OVER (PARTITION BY thread_id ORDER BY end_ns, opened) AS number
    FROM reached
    WHERE follower_count > 0 AND latest_end_inside > end_ns
),
count_until AS (SELECT thread_id, end_ns, max(number) AS number FROM crossed GROUP BY ALL),
candidate AS (
    SELECT s.range_id, s.thread_id, s.opened,
        unnest(generate_series(coalesce(below.number, 0) + 1, inside.number)) AS number
    FROM spans AS s
    ASOF JOIN count_until AS inside ON inside.thread_id = s.thread_id AND inside.end_ns < s.end_ns
    ASOF LEFT JOIN count_until AS below ON below.thread_id = s.thread_id AND below.end_ns <= s.start_ns
)
SELECT DISTINCT c.range_id, a.end_ns AS cut_ns
FROM candidate AS c
JOIN crossed AS a ON a.thread_id = c.thread_id AND a.number = c.number AND a.opened < c.opened
