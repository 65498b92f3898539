-- One row per kind of GPU operation and rolled-up path of the innermost range, ordered by sum_ns, largest first. Rows
-- without a path contain the unattributed operations.
--
-- rolled_path      VARCHAR  -      range labels from the outermost range inward, joined by /; NULL for unattributed
--     operations
-- kind             VARCHAR  -      kernel, copy, memset or graph
-- operation_count  BIGINT   count  number of operations whose innermost range has this path
-- sum_ns           BIGINT   ns     sum of the durations of these operations
SELECT p.rolled_path, w.kind, sum(w.n)::BIGINT AS operation_count, sum(w.ns)::BIGINT AS sum_ns
FROM _piece_work AS w LEFT JOIN _range_path AS p USING (range_id)
GROUP BY ALL
ORDER BY sum_ns DESC, rolled_path, kind
