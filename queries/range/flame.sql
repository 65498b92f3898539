-- One row per node of the tree of ranges by GPU time, or by wall time where the trace has no GPU operations, placed for a
-- picture: a node lies within its parent, and what its children leave free is its own; ordered by depth and position.
-- materialized: small, and drawn by every report.
--
-- At most 800 rows, whatever the trace: the 400 nodes with the most time, and for each of them at most one that stands for
-- its other children.
--
-- depth          INTEGER  -      0 for an outermost range
-- from_ns        BIGINT   ns     where it begins, in time added over the trace
-- sum_ns         BIGINT   ns     its time, ranges inside included; the nodes of depth 0 add up to the whole
-- exclusive_ns   BIGINT   ns     of that, in no range inside
-- label          VARCHAR  -      name of the range, rolled up; (other) for the other children, (unattributed) for what is in no range
-- rolled_path    VARCHAR  -      labels from the outermost range in, joined by /; NULL for (other) and (unattributed)
-- parent_path    VARCHAR  -      that of the range around it; NULL for an outermost one
-- base           VARCHAR  -      gpu or wall
-- member_count   BIGINT   count  nodes that an (other) stands for, those inside them left out; else 1
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
-- A node has no less time than those inside it and a shorter path: what is around a kept one is kept.
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
