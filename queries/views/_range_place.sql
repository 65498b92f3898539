-- One row per range, with its depth and its place. A place is a chain of labels from the outermost range inward.
-- materialized: it walks down the tree of ranges.
--
-- place_id is the key of one of the ranges at the place. All ranges below a path of more than 4000 characters share one
-- place (see path_below), so that a malicious trace cannot make paths grow without limit. The walk ends there. Ranges
-- below it find the last range of the walk in jumps that double in length. The walk computes only the length of each
-- path and visits only ranges that enclose others, because all of its rows are held in memory and most ranges enclose
-- none.
--
-- Millions of leaves can share one place. A join could build its hash table from the leaves, and because they all have
-- the same key, it could not be spilled. A subquery in the SELECT list always builds it from the places. The leaves are
-- not materialized, because only a few columns of them are needed twice.
WITH RECURSIVE around AS MATERIALIZED (
    SELECT p.range_id, p.parent_id, n.label_id, length(n.label) AS label_length,
        n.label = '...' OR ends_with(n.label, '/...') AS is_end
    FROM (FROM _range_parent SEMI JOIN (SELECT parent_id AS range_id FROM _range_parent) USING (range_id)) AS p
    JOIN _range_name AS n USING (range_id)
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
stopped AS MATERIALIZED (
    SELECT range_id FROM around ANTI JOIN (SELECT range_id FROM tree WHERE NOT (length > 4000 AND is_end)) USING (range_id)
),
leaf AS NOT MATERIALIZED (
    SELECT n.range_id, -1::BIGINT AS up_id, n.label_id, 0 AS depth
    FROM _range_name AS n
    SEMI JOIN (SELECT range_id FROM _range_parent WHERE parent_id IS NULL) USING (range_id)
    ANTI JOIN around USING (range_id)
    UNION ALL
    SELECT p.range_id, t.place_id, CASE WHEN t.length > 4000 THEN 0 ELSE n.label_id END, t.depth + 1
    FROM (FROM _range_parent ANTI JOIN around USING (range_id)) AS p
    JOIN tree AS t ON t.range_id = p.parent_id
    JOIN _range_name AS n ON n.range_id = p.range_id
    WHERE NOT (t.length > 4000 AND t.is_end)
),
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
    FROM _range_parent SEMI JOIN (SELECT range_id AS parent_id FROM stopped) USING (parent_id)
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
SELECT l.range_id, (SELECT p.place_id FROM place AS p WHERE p.up_id = l.up_id AND p.label_id = l.label_id), l.depth
FROM leaf AS l
UNION ALL
SELECT l.range_id, t.place_id, t.depth + l.level_count FROM landed AS l JOIN tree AS t ON t.range_id = l.up_id
