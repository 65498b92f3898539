-- One row per rolled-up path whose ranges are no stages, because they are around almost everything: each holds more than
-- 95 % of the GPU time of the one before it, of the first of all GPU time in ranges. What lies in them are the stages; see
-- stage_summary. Ordered from the outside in; empty with a stages file.
--
-- rolled_path  VARCHAR  -      labels from the outermost range in, joined by /
-- parent_path  VARCHAR  -      that of the range around it; NULL for an outermost one
-- level        INTEGER  -      its place, from 0
-- sum_ns       BIGINT   ns     GPU time launched in it
-- own_ns       BIGINT   ns     of that, launched in none of the ranges in it; where there is any, it is a stage all the same
-- share_ratio  DOUBLE   ratio  sum_ns over all GPU time that was launched in ranges
WITH RECURSIVE whole AS (SELECT sum(own_ns)::BIGINT AS ns FROM stage__place),
inner_ns AS (SELECT parent_path AS rolled_path, sum(sum_ns) AS ns FROM stage__place GROUP BY ALL),
descent AS (
    SELECT NULL::VARCHAR AS rolled_path, NULL::VARCHAR AS parent_path, -1 AS level, ns AS sum_ns, 0::BIGINT AS own_ns
    FROM whole
    UNION ALL
    -- More than 95 % of a whole is held by one at most.
    SELECT p.rolled_path, p.parent_path, d.level + 1, p.sum_ns, p.own_ns
    FROM descent AS d
    JOIN stage__place AS p ON p.parent_path IS NOT DISTINCT FROM d.rolled_path
    JOIN inner_ns AS i ON i.rolled_path = p.rolled_path
    WHERE 20 * p.sum_ns > 19 * d.sum_ns AND i.ns > 0
)
SELECT d.rolled_path, d.parent_path, d.level, d.sum_ns, d.own_ns, d.sum_ns / w.ns AS share_ratio
FROM descent AS d, whole AS w
WHERE d.level >= 0
ORDER BY d.level
