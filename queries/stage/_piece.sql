-- One row per piece and stage instance that is open in it; level 0 of nesting among stages is the innermost.
-- materialised: the bridge from operations to stages.
SELECT t.piece_id, s.stage, s.range_id,
    row_number() OVER (PARTITION BY t.piece_id ORDER BY t.level) = 1 AS is_innermost
FROM _range_stack AS t JOIN stage__range AS s USING (range_id)
