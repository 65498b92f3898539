-- One row per range that is an instance of a stage. Of nested ranges of one stage the outermost counts; ranges that
-- only overlap (start/end) are instances both.
-- materialized: small, and joined by every stage figure.
SELECT n.stage, n.range_id
FROM stage__named AS n
ANTI JOIN (
    SELECT n.range_id
    FROM stage__named AS n
    JOIN _range AS r USING (range_id)
    JOIN _piece_parent AS p ON p.piece_id = n.range_id
    JOIN _range_stack AS s ON s.piece_id = p.parent_piece_id
    -- As one key, so that DuckDB does not begin with all pairs of ranges of a stage.
    JOIN stage__named AS outside
        ON {'range': outside.range_id, 'stage': outside.stage} = {'range': s.range_id, 'stage': n.stage}
    JOIN _range AS around ON around.range_id = outside.range_id AND around.end_ns >= r.end_ns
) AS inner_one USING (range_id)
