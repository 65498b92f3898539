-- One row per range that is a stage instance. If ranges of the same stage are nested, only the outermost one is an
-- instance. Ranges that overlap without being nested (start/end ranges) are separate instances.
-- materialized: small, and joined by every stage query.
--
-- A range is nested in another range of its stage if a range opened earlier ends at the same time or later. A
-- zero-length range is nested if such an earlier range is still open at its start. Where ranges nest, two ranges of the
-- same depth never contain each other. Therefore, the search is limited to stages with ranges of several depths and to
-- threads without such depths (see _tangled).
WITH level AS (
    SELECT stage FROM stage__named JOIN _range_place USING (range_id) GROUP BY stage HAVING min(depth) = max(depth)
),
tangled AS (SELECT range_id FROM _range SEMI JOIN _tangled USING (thread_id)),
searched AS (
    FROM stage__named ANTI JOIN level USING (stage)
    UNION ALL
    FROM stage__named SEMI JOIN level USING (stage) SEMI JOIN tangled USING (range_id)
)
SELECT stage, range_id FROM stage__named SEMI JOIN level USING (stage) ANTI JOIN tangled USING (range_id)
UNION ALL
SELECT stage, range_id
FROM (
    SELECT n.stage, n.range_id, r.start_ns, r.end_ns, max(CASE WHEN r.end_ns > r.start_ns THEN r.end_ns END) OVER (
            PARTITION BY r.thread_id, n.stage ORDER BY r.opened ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_end_ns
    FROM searched AS n JOIN _range AS r USING (range_id)
)
WHERE coalesce(CASE WHEN end_ns > start_ns THEN last_end_ns < end_ns ELSE last_end_ns <= start_ns END, true)
