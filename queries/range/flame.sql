-- One row per node of the range tree, positioned for a flame graph, ordered by depth and position. The width of a node
-- is its GPU time, or its wall time if the trace has no GPU operations. A node lies within its parent. The part of a
-- node that its children do not cover is its exclusive time.
-- materialized: the result is small, and every report draws it.
--
-- There are at most 800 rows, regardless of the length of the trace: one for each of the 400 nodes with the most time
-- and, for each of these nodes, at most one that combines its remaining children.
--
-- depth          INTEGER  -      0 for an outermost range
-- from_ns        BIGINT   ns     position at which the node starts, in accumulated time
-- sum_ns         BIGINT   ns     time of the node, including nested ranges; the nodes at depth 0 add up to the total
-- exclusive_ns   BIGINT   ns     part of sum_ns outside nested ranges; NULL for (other)
-- label          VARCHAR  -      rolled-up name of the range; (other) for the combined children; (unattributed) for
--     work outside all ranges
-- rolled_path    VARCHAR  -      range labels from the outermost range inward, joined by /; NULL for (other) and
--     (unattributed)
-- parent_path    VARCHAR  -      path of the enclosing range; NULL for an outermost range
-- base           VARCHAR  -      time that the node represents: gpu (GPU time) or wall (wall time)
-- member_count   BIGINT   count  number of nodes combined in (other), excluding nodes nested in them; 1 for all other
--     rows
WITH RECURSIVE own AS MATERIALIZED (FROM range__own),
parent AS MATERIALIZED (FROM _path),
up AS (
    SELECT p.rolled_path, p.parent_path, o.ns FROM own AS o JOIN parent AS p USING (rolled_path) WHERE o.ns > 0
    UNION ALL
    SELECT p.rolled_path, p.parent_path, u.ns FROM up AS u JOIN parent AS p ON p.rolled_path = u.parent_path
),
total AS (
    SELECT u.rolled_path, u.parent_path, sum(u.ns)::BIGINT AS sum_ns FROM up AS u GROUP BY ALL
),
-- A node has at least as much time as any node inside it, and a shorter path. Therefore, all ancestors of a kept node
-- are kept.
kept AS (
    SELECT *, row_number() OVER (ORDER BY sum_ns DESC, length(rolled_path), rolled_path) <= 400 AS is_kept FROM total
),
node AS (
    SELECT k.rolled_path, k.parent_path, p.label, k.sum_ns, coalesce(o.ns, 0) AS exclusive_ns, 1 AS member_count
    FROM kept AS k JOIN parent AS p USING (rolled_path) LEFT JOIN own AS o USING (rolled_path)
    WHERE k.is_kept
    UNION ALL
    SELECT NULL, k.parent_path, '(other)', sum(k.sum_ns)::BIGINT, NULL, count(*)
    FROM kept AS k LEFT JOIN kept AS a ON a.rolled_path = k.parent_path
    WHERE NOT k.is_kept AND (k.parent_path IS NULL OR a.is_kept)
    GROUP BY k.parent_path
    UNION ALL
    SELECT NULL, NULL, '(unattributed)', ns, ns, 1 FROM own WHERE rolled_path IS NULL AND ns > 0
),
beside AS (
    SELECT *, coalesce(sum(sum_ns) OVER (
            PARTITION BY parent_path ORDER BY rolled_path IS NULL, sum_ns DESC, rolled_path, label
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0)::BIGINT AS before_ns
    FROM node
),
down AS (
    SELECT *, 0 AS depth, before_ns AS from_ns FROM beside WHERE parent_path IS NULL
    UNION ALL
    SELECT b.*, d.depth + 1, d.from_ns + b.before_ns FROM down AS d JOIN beside AS b ON b.parent_path = d.rolled_path
)
SELECT depth, from_ns, sum_ns, exclusive_ns, label, rolled_path, parent_path,
    (SELECT min(base) FROM own) AS base, member_count::BIGINT AS member_count
FROM down
ORDER BY depth, from_ns
