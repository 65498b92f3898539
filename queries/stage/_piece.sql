-- One row per piece and stage open in this piece, with the stage instance and whether the stage is the innermost one.
-- materialized: maps operations to stages.
--
-- If instances of the same stage overlap, the overlap belongs to the instance opened last, so no operation counts twice
-- in a stage. A range nested in another range of its stage is not an instance, but it can be the innermost range. For
-- example, the inner b in b/a/b is the innermost range but not an instance.
SELECT t.piece_id, n.stage, arg_min(s.range_id, t.level) AS range_id,
    min(t.level) = min(min(t.level)) OVER (PARTITION BY t.piece_id) AS is_innermost
FROM _range_stack AS t
JOIN stage__named AS n USING (range_id)
LEFT JOIN stage__range AS s USING (range_id)
GROUP BY t.piece_id, n.stage
