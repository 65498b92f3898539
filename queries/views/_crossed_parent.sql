-- One row per range on a thread whose ranges cross, with the range that encloses it most tightly.
-- materialized: it is almost always empty.
--
-- All ranges that are open at the start of a range contain it completely, except for some crossed ranges. The parent is
-- therefore either the innermost open range that is not crossed, or a shorter, crossed range that was opened before the
-- child and does not end earlier than the child. If several such ranges have the same length, the parent is the one
-- opened last. The parent of a zero-length range is the open range that was opened last.
WITH ranked AS (
    SELECT r.range_id, r.thread_id, r.opened, r.start_ns, r.end_ns,
        count(c.range_id) OVER before - (c.range_id IS NOT NULL)::INT AS number,
        max(c.end_ns) OVER (before ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_end_ns
    FROM _range AS r SEMI JOIN _crossing USING (thread_id)
    LEFT JOIN (SELECT range_id, end_ns FROM _crossed) AS c USING (range_id)
    WINDOW before AS (PARTITION BY r.thread_id ORDER BY r.opened)
),
asked AS (
    SELECT range_id, thread_id, is_point, until_ns, level, (number >> level) - 1 AS block
    FROM (
        SELECT *, end_ns <= start_ns AS is_point, CASE WHEN end_ns <= start_ns THEN start_ns + 1 ELSE end_ns END AS until_ns,
            unnest(range(40))::INTEGER AS level
        FROM ranked
        WHERE last_end_ns >= CASE WHEN end_ns <= start_ns THEN start_ns + 1 ELSE end_ns END
    )
    WHERE (number >> level) & 1 = 1
),
found AS (
    SELECT a.range_id, max(b.opened) FILTER (a.is_point) AS opened, min(b.shortest) FILTER (NOT a.is_point) AS shortest
    FROM asked AS a
    ASOF JOIN _crossed_block AS b
        ON b.thread_id = a.thread_id AND b.level = a.level AND b.block = a.block AND b.end_ns >= a.until_ns
    GROUP BY a.range_id
),
compared AS (
    SELECT r.range_id, r.thread_id, a.around_id,
        coalesce(f.opened, -f.shortest.later) AS opened,
        CASE WHEN a.around_id IS NULL THEN true
            WHEN f.opened IS NOT NULL THEN f.opened > o.opened
            ELSE f.shortest < {'length_ns': o.end_ns - o.start_ns, 'later': -o.opened} END AS is_crossed
    FROM ranked AS r
    LEFT JOIN found AS f USING (range_id)
    LEFT JOIN _range_around AS a USING (range_id)
    LEFT JOIN _range AS o ON o.range_id = a.around_id
)
SELECT p.range_id, CASE WHEN p.is_crossed THEN c.range_id ELSE p.around_id END AS parent_id
FROM compared AS p LEFT JOIN _crossed AS c ON c.thread_id = p.thread_id AND c.opened = p.opened
