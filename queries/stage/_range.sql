-- One row per range that is a stage instance. If ranges of the same stage are nested, only the outermost one is an
-- instance. Ranges that overlap without being nested (start/end ranges) are separate instances.
-- materialized: small, and joined by every stage query.
--
-- A range is nested in another range of its stage if a range opened earlier ends at the same time or later. A
-- zero-length range is nested if such an earlier range is still open at its start.
SELECT stage, range_id
FROM (
    SELECT n.stage, n.range_id, r.start_ns, r.end_ns, max(CASE WHEN r.end_ns > r.start_ns THEN r.end_ns END) OVER (
            PARTITION BY r.thread_id, n.stage ORDER BY r.opened ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_end_ns
    FROM stage__named AS n JOIN _range AS r USING (range_id)
)
WHERE coalesce(CASE WHEN end_ns > start_ns THEN last_end_ns < end_ns ELSE last_end_ns <= start_ns END, true)
