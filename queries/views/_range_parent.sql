-- One row per range: the range that encloses it most tightly.
-- materialised: one walk down the tree gives depth and paths.
--
-- Without crossings that is the range of the piece around it. A range that is crossed is not enclosed by what it
-- crosses: there the parent is the shortest range in the stack of its first piece that lasts as long, of equal ones
-- the one opened last.
WITH crossing AS (SELECT DISTINCT r.thread_id FROM _range AS r JOIN _range_cut USING (range_id)),
plain AS (
    SELECT range_id, parent_piece_id & 1099511627775 AS parent_id
    FROM _piece_parent
    WHERE piece_id = range_id AND thread_id NOT IN (SELECT thread_id FROM crossing)
),
crossed AS (
    SELECT r.range_id,
        arg_min(outside.range_id, {'length': outside.end_ns - outside.start_ns, 'level': s.level})
            FILTER (outside.end_ns >= r.end_ns) AS parent_id
    FROM _range AS r
    LEFT JOIN _range_stack AS s ON s.piece_id = r.range_id AND s.level > 0
    LEFT JOIN _range AS outside ON outside.range_id = s.range_id
    WHERE r.end_ns > r.start_ns AND r.thread_id IN (SELECT thread_id FROM crossing)
    GROUP BY r.range_id
),
-- A range without length encloses nothing, but has a place: in what is innermost at its instant.
instant AS (
    SELECT r.range_id, i.piece_id & 1099511627775 AS parent_id
    FROM _range AS r
    ASOF LEFT JOIN _innermost AS i ON i.thread_id = r.thread_id AND i.instant_ns <= r.start_ns
    WHERE r.end_ns <= r.start_ns
)
FROM plain UNION ALL FROM crossed UNION ALL FROM instant
