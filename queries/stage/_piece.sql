-- One row per piece and stage that is open in it: the instance, and whether the stage is the innermost one.
-- materialized: the bridge from operations to stages.
--
-- Where instances of one stage overlap, the one opened last owns what they share, so that a stage counts nothing twice.
SELECT t.piece_id, s.stage, s.range_id,
    row_number() OVER (PARTITION BY t.piece_id ORDER BY t.level) = 1 AS is_innermost
FROM _range_stack AS t JOIN stage__range AS s USING (range_id)
QUALIFY row_number() OVER (PARTITION BY t.piece_id, s.stage ORDER BY t.level) = 1
