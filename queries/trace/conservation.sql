-- One row per kind of GPU operation and one row for all kinds, showing whether attributed and unattributed operations
-- add up to the total, ordered by kind, with the row for all kinds last.
-- materialized: the result is small, and findings also read it.
--
-- kind                VARCHAR  -      kernel, copy, memset, graph, or all
-- operation_count     BIGINT   count  number of operations in nsys's tables
-- attributed_count    BIGINT   count  number of operations with an innermost range
-- unattributed_count  BIGINT   count  number of operations without an innermost range
-- difference_count       BIGINT   count  operation_count - attributed_count - unattributed_count; must be 0
-- sum_ns              BIGINT   ns     sum of durations in nsys's tables
-- attributed_ns       BIGINT   ns     sum of durations of attributed operations (the exclusive time of all ranges)
-- unattributed_ns     BIGINT   ns     sum of durations of unattributed operations
-- difference_ns          BIGINT   ns     sum_ns - attributed_ns - unattributed_ns; must be 0
WITH owned AS (
    SELECT kind,
        coalesce(sum(operation_count) FILTER (rolled_path IS NOT NULL), 0) AS n,
        coalesce(sum(sum_ns) FILTER (rolled_path IS NOT NULL), 0) AS ns,
        coalesce(sum(operation_count) FILTER (rolled_path IS NULL), 0) AS rest,
        coalesce(sum(sum_ns) FILTER (rolled_path IS NULL), 0) AS rest_ns
    FROM range_exclusive GROUP BY kind
)
SELECT
    coalesce(r.kind, 'all') AS kind,
    sum(r.n)::BIGINT AS operation_count,
    sum(coalesce(o.n, 0))::BIGINT AS attributed_count,
    sum(coalesce(o.rest, 0))::BIGINT AS unattributed_count,
    sum(r.n - coalesce(o.n, 0) - coalesce(o.rest, 0))::BIGINT AS difference_count,
    sum(coalesce(r.ns, 0))::BIGINT AS sum_ns,
    sum(coalesce(o.ns, 0))::BIGINT AS attributed_ns,
    sum(coalesce(o.rest_ns, 0))::BIGINT AS unattributed_ns,
    sum(coalesce(r.ns, 0) - coalesce(o.ns, 0) - coalesce(o.rest_ns, 0))::BIGINT AS difference_ns
FROM _recorded AS r LEFT JOIN owned AS o USING (kind)
GROUP BY GROUPING SETS ((r.kind), ())
ORDER BY grouping(r.kind), kind
