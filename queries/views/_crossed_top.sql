-- One row per thread and time at which a crossed range begins or ends. The row has the crossed range that was opened
-- last among those open from then on, or NULL, and the number of crossed ranges that have ended by then.
-- materialized: it is almost always empty.
WITH begun AS (SELECT thread_id, start_ns, max(number) AS number, max(opened) AS opened FROM _crossed GROUP BY ALL),
changed AS (
    SELECT thread_id, instant_ns, sum(ended) AS ended
    FROM (
        SELECT thread_id, start_ns AS instant_ns, 0 AS ended FROM _crossed
        UNION ALL
        SELECT thread_id, end_ns, 1 FROM _crossed
    )
    GROUP BY ALL
),
instant AS (
    SELECT thread_id, instant_ns, (sum(ended) OVER (PARTITION BY thread_id ORDER BY instant_ns))::BIGINT AS ended_count
    FROM changed
),
placed AS (
    SELECT i.*, b.number, CASE WHEN b.start_ns = i.instant_ns THEN b.opened END AS opened
    FROM instant AS i ASOF JOIN begun AS b ON b.thread_id = i.thread_id AND b.start_ns <= i.instant_ns
),
asked AS (
    SELECT thread_id, instant_ns, level, (number >> level) - 1 AS block
    FROM (SELECT *, unnest(range(40))::INTEGER AS level FROM placed WHERE opened IS NULL)
    WHERE (number >> level) & 1 = 1
),
found AS (
    SELECT a.thread_id, a.instant_ns, max(b.opened) AS opened
    FROM asked AS a
    ASOF JOIN _crossed_block AS b
        ON b.thread_id = a.thread_id AND b.level = a.level AND b.block = a.block AND b.end_ns > a.instant_ns
    GROUP BY ALL
)
SELECT p.thread_id, p.instant_ns, coalesce(p.opened, f.opened) AS opened, p.ended_count
FROM placed AS p LEFT JOIN found AS f USING (thread_id, instant_ns)
