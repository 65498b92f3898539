-- One row per piece and stage that is open in it: the instance, and whether the stage is the innermost one.
-- materialized: the bridge from operations to stages.
--
-- Where instances of one stage overlap, the one opened last owns the overlap, so a stage counts nothing twice. A range
-- nested in another range of its stage is not an instance, but it can be the innermost range: b in b/a/b.
SELECT t.piece_id, n.stage, arg_min(s.range_id, t.level) AS range_id,
    min(t.level) = min(min(t.level)) OVER (PARTITION BY t.piece_id) AS is_innermost
FROM _range_stack AS t
JOIN stage__named AS n USING (range_id)
LEFT JOIN stage__range AS s USING (range_id)
GROUP BY t.piece_id, n.stage
