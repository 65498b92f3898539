-- One row per piece of a range that lasts; pieces of a thread nest. Almost always one piece a range.
-- A piece's key is its range's, the number of the piece in the bits above 40. Ranges without length own nothing.
SELECT
    range_id + (piece << 40) AS piece_id, range_id, thread_id, opened,
    start_ns, end_ns
FROM (
    SELECT range_id, thread_id, opened, start_ns, end_ns, 0 AS piece
    FROM _range
    WHERE end_ns > start_ns AND range_id NOT IN (SELECT range_id FROM _range_cut)
    UNION ALL
    SELECT r.range_id, r.thread_id, r.opened, b.start_ns,
        coalesce(lead(b.start_ns) OVER of_range, r.end_ns) AS end_ns,
        row_number() OVER of_range - 1 AS piece
    FROM _range AS r
    JOIN (
        SELECT range_id, cut_ns AS start_ns FROM _range_cut
        UNION ALL
        SELECT range_id, start_ns FROM _range WHERE range_id IN (SELECT range_id FROM _range_cut)
    ) AS b USING (range_id)
    WINDOW of_range AS (PARTITION BY r.range_id ORDER BY b.start_ns)
)
