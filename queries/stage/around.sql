-- One row per rolled-up path whose ranges enclose almost all GPU work, ordered by level, outermost first. Each path
-- accounts for more than 95 % of the GPU time of the previous one, and the first path accounts for more than 95 % of
-- all GPU time in ranges. The ranges directly inside these paths are the stages (see stage_summary). The result is
-- empty if there is a stages file.
--
-- rolled_path  VARCHAR  -      range labels from the outermost range inward, joined by /
-- parent_path  VARCHAR  -      path of the enclosing range; NULL for an outermost range
-- level        INTEGER  -      nesting level, starting at 0
-- sum_ns       BIGINT   ns     GPU time of the operations launched in these ranges, including nested ranges
-- own_ns       BIGINT   ns     part of sum_ns from operations that were not launched in a nested range; if it is
--     positive, the path is also a stage
-- share_ratio  DOUBLE   ratio  sum_ns divided by the GPU time of all operations launched in ranges
WITH RECURSIVE whole AS (SELECT sum(own_ns)::BIGINT AS ns FROM stage__place),
inner_ns AS (SELECT parent_path AS rolled_path, sum(sum_ns) AS ns FROM stage__place GROUP BY ALL),
descent AS (
    SELECT NULL::VARCHAR AS rolled_path, NULL::VARCHAR AS parent_path, -1 AS level, ns AS sum_ns, 0::BIGINT AS own_ns
    FROM whole
    UNION ALL
    -- At most one child can account for more than 95 % of its parent's GPU time.
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
