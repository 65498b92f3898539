-- One row per range: the range that encloses it most tightly.
-- materialized: one walk down the tree gives depth and paths.
--
-- Without crossings that is the range of the piece around it, and so it is of a range without length. A range that is
-- crossed is not enclosed by what it crosses: there the parent is the shortest range around its first piece that lasts
-- as long, of equal ones the one opened last.
WITH crossed AS (
    -- A filter of the aggregate: as a condition DuckDB would begin with all pairs of ranges that end one after the other.
    SELECT s.range_id,
        arg_min(outside.range_id, {'length': outside.end_ns - outside.start_ns, 'level': s.level})
            FILTER (outside.end_ns >= r.end_ns) AS parent_id
    FROM _crossed_stack AS s
    JOIN _range AS r USING (range_id)
    JOIN _range AS outside ON outside.range_id = s.outer_id
    WHERE r.end_ns > r.start_ns
    GROUP BY s.range_id
)
SELECT p.range_id, p.parent_piece_id & 1099511627775 AS parent_id
FROM _piece_parent AS p ANTI JOIN _crossing USING (thread_id)
UNION ALL
SELECT p.range_id, CASE WHEN p.is_point THEN p.parent_piece_id & 1099511627775 ELSE c.parent_id END
FROM _piece_parent AS p SEMI JOIN _crossing USING (thread_id)
LEFT JOIN crossed AS c USING (range_id)
WHERE p.piece_id = p.range_id
