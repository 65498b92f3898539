-- One row per rolled-up path of an innermost range, and kind of operation, ordered by sum_ns, largest first. The rows
-- without a path contain the unattributed operations.
--
-- rolled_path      VARCHAR  -      labels from the outermost range inward, joined by /; NULL if unattributed
-- kind             VARCHAR  -      kernel, copy, memset or graph
-- operation_count  BIGINT   count  operations whose innermost range it is
-- sum_ns           BIGINT   ns     sum of their durations
SELECT p.rolled_path, w.kind, sum(w.n)::BIGINT AS operation_count, sum(w.ns)::BIGINT AS sum_ns
FROM _piece_work AS w LEFT JOIN _range_path AS p USING (range_id)
GROUP BY ALL
ORDER BY sum_ns DESC, rolled_path, kind
