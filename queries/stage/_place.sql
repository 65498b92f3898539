-- One row per rolled-up path if there is no stages file, with the enclosing path, the GPU time launched in the path
-- including nested ranges (sum_ns), and the GPU time launched directly in the path (own_ns).
-- materialized: stage_around reads this table level by level.
--
-- An operation that ends before it starts contributes no time, so the parts never exceed the whole.
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
