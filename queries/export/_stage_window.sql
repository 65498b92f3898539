-- One row per instance of a stage, with its time window, ordered by start_ns. The window starts when the range opens on
-- the CPU and ends with the range or with its last GPU operation, whichever is later.
SELECT s.stage, r.start_ns, greatest(r.end_ns, coalesce(e.end_ns, r.end_ns)) AS end_ns
FROM stage__range AS s
JOIN _range AS r USING (range_id)
LEFT JOIN (SELECT range_id, stage, max(end_ns) AS end_ns FROM export__extent GROUP BY ALL) AS e
    ON e.range_id = s.range_id AND e.stage = s.stage
ORDER BY r.start_ns, r.range_id
