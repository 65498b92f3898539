-- One row per range that is an instance of a stage. Of nested ranges of one stage the outermost counts; ranges that
-- only overlap (start/end) are instances both.
-- materialized: small, and joined by every stage figure.
WITH placed AS (
    SELECT n.stage, n.range_id, p.is_point, CASE WHEN p.is_point THEN p.parent_piece_id ELSE n.range_id END AS piece_id
    FROM stage__named AS n JOIN _piece_parent AS p ON p.piece_id = n.range_id
),
around AS (
    SELECT n.range_id, max(r.end_ns) AS end_ns
    FROM placed AS n
    JOIN _range_stack AS s ON s.piece_id = n.piece_id AND s.level > CASE WHEN n.is_point THEN -1 ELSE 0 END
    -- As one key, so that DuckDB does not begin with all pairs of ranges of a stage.
    JOIN stage__named AS outside
        ON {'range': outside.range_id, 'stage': outside.stage} = {'range': s.range_id, 'stage': n.stage}
    JOIN _range AS r ON r.range_id = outside.range_id
    GROUP BY n.range_id, n.stage
)
SELECT n.stage, n.range_id
FROM stage__named AS n
ANTI JOIN (
    SELECT a.range_id FROM around AS a JOIN _range AS r USING (range_id) WHERE a.end_ns >= r.end_ns
) AS inner_one USING (range_id)
