-- One row per innermost range, by rolled-up path and kind of operation; the row without a path is what is
-- unattributed; ordered by sum_ns, largest first.
--
-- rolled_path      VARCHAR  -      labels from the outermost range in, joined by /; NULL: unattributed
-- kind             VARCHAR  -      kernel, copy, memset or graph
-- operation_count  BIGINT   count  operations whose innermost range this is
-- sum_ns           BIGINT   ns     sum of their durations
WITH owned AS (
    SELECT a.range_id, o.kind, count(*) AS operation_count, sum(o.duration_ns)::BIGINT AS sum_ns
    FROM _launched AS a JOIN _gpu_operation AS o USING (operation_id)
    GROUP BY ALL
)
SELECT p.rolled_path, o.kind, sum(o.operation_count)::BIGINT AS operation_count, sum(o.sum_ns)::BIGINT AS sum_ns
FROM owned AS o LEFT JOIN _range_path AS p USING (range_id)
GROUP BY ALL
ORDER BY sum_ns DESC, rolled_path, kind
