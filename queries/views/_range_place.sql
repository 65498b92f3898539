-- One row per range, with its depth and its place. A place is a chain of labels from the outermost range inward.
-- materialized: it walks down the tree of ranges.
--
-- place_id is the key of one of the ranges at the place. All ranges below a path of more than 4000 characters share one
-- place (see path_below), so that a malicious trace cannot make paths grow without limit. The walk ends there. Ranges
-- below it find the last range of the walk in jumps that double in length. The walk computes only the length of each
-- path and visits only ranges that enclose others, because all of its rows are held in memory and most ranges enclose
-- none.
WITH RECURSIVE parent AS (
    SELECT n.range_id, p.parent_id, n.label_id, length(n.label) AS label_length,
        n.label = '...' OR ends_with(n.label, '/...') AS is_end
    FROM _range_name AS n LEFT JOIN _range_parent AS p USING (range_id)
),
around AS MATERIALIZED (
    FROM parent SEMI JOIN (SELECT parent_id AS range_id FROM _range_parent WHERE parent_id IS NOT NULL) USING (range_id)
),
tree AS (
    SELECT range_id, min(range_id) OVER (PARTITION BY label_id) AS place_id, -1::BIGINT AS up_id, label_id, 0 AS depth,
        label_length AS length, false AS is_end
    FROM around WHERE parent_id IS NULL
    UNION ALL
    SELECT range_id, min(range_id) OVER (PARTITION BY up_id, label_id), up_id, label_id, depth, length, is_end
    FROM (
        SELECT p.range_id, t.place_id AS up_id, CASE WHEN t.length > 4000 THEN 0 ELSE p.label_id END AS label_id,
            t.depth + 1 AS depth,
            CASE WHEN t.length > 4000 THEN t.length + 4 ELSE t.length + 1 + p.label_length END AS length,
            t.length > 4000 OR p.is_end AS is_end
        FROM tree AS t JOIN around AS p ON p.parent_id = t.range_id
        WHERE NOT (t.length > 4000 AND t.is_end)
    )
),
leaf AS (
    SELECT p.range_id, coalesce(t.place_id, -1) AS up_id, CASE WHEN t.length > 4000 THEN 0 ELSE p.label_id END AS label_id,
        coalesce(t.depth + 1, 0) AS depth
    FROM parent AS p ANTI JOIN around AS a USING (range_id)
    LEFT JOIN tree AS t ON t.range_id = p.parent_id
    WHERE p.parent_id IS NULL OR NOT (t.length > 4000 AND t.is_end)
),
-- A range that encloses other ranges can share a place with a range that encloses none.
place AS (
    SELECT up_id, label_id, coalesce(min(place_id), min(range_id)) AS place_id
    FROM (
        SELECT up_id, label_id, place_id, NULL AS range_id FROM tree
        UNION ALL
        SELECT up_id, label_id, NULL, range_id FROM leaf
    )
    GROUP BY ALL
),
jump AS (
    SELECT range_id, parent_id AS up_id, 1 AS level_count, 0 AS round
    FROM parent ANTI JOIN tree USING (range_id) ANTI JOIN leaf USING (range_id)
    UNION ALL
    SELECT j.range_id, coalesce(u.up_id, j.up_id), j.level_count + coalesce(u.level_count, 0), j.round + 1
    FROM jump AS j LEFT JOIN jump AS u ON u.range_id = j.up_id
    WHERE j.round < (SELECT ceil(log2(max(open_count) + 1)) FROM _nesting)
),
landed AS (
    SELECT range_id, arg_max(up_id, round) AS up_id, max(level_count) AS level_count FROM jump GROUP BY range_id
)
SELECT range_id, place_id, depth FROM tree
UNION ALL
SELECT l.range_id, p.place_id, l.depth FROM leaf AS l JOIN place AS p USING (up_id, label_id)
UNION ALL
SELECT l.range_id, t.place_id, t.depth + l.level_count FROM landed AS l JOIN tree AS t ON t.range_id = l.up_id
