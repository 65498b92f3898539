-- One row per rolled-up path, when there is no stages file: the path around it, and the GPU time that was launched there,
-- inside the ranges inside included (sum_ns), and in none of them (own_ns).
-- materialized: read level by level.
--
-- An operation that ends before it starts takes no time here, so that the parts of a whole are no more than it.
WITH RECURSIVE own AS (
    SELECT p.rolled_path, sum(w.positive_ns)::BIGINT AS ns
    FROM _piece_work AS w JOIN _range_path AS p USING (range_id)
    GROUP BY p.rolled_path
),
parent AS (SELECT rolled_path, parent_path FROM _path WHERE NOT EXISTS (FROM stage_pattern)),
up AS (
    SELECT p.rolled_path, p.parent_path, o.ns FROM own AS o JOIN parent AS p USING (rolled_path)
    UNION ALL
    SELECT p.rolled_path, p.parent_path, u.ns FROM up AS u JOIN parent AS p ON p.rolled_path = u.parent_path
),
total AS (SELECT rolled_path, sum(ns)::BIGINT AS sum_ns FROM up GROUP BY rolled_path)
SELECT p.rolled_path, p.parent_path, coalesce(t.sum_ns, 0) AS sum_ns, coalesce(o.ns, 0) AS own_ns
FROM parent AS p LEFT JOIN total AS t USING (rolled_path) LEFT JOIN own AS o USING (rolled_path)
