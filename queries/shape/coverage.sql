-- One row per reason why FLOPs could not be derived from shapes, and one row with a NULL reason for operations whose
-- FLOPs are known, ordered by sum_ns, largest first. Together, the rows cover all GPU operations.
--
-- reason           VARCHAR  -      why FLOPs are unknown; NULL if they are known
-- operation_count  BIGINT   count  number of GPU operations
-- sum_ns           BIGINT   ns     sum of the durations of these operations
-- share_ratio      DOUBLE   ratio  sum_ns divided by the total duration of all GPU operations
SELECT coalesce(w.otherwise, h.reason) AS reason, sum(w.operation_count)::BIGINT AS operation_count,
    sum(w.sum_ns)::BIGINT AS sum_ns, sum(w.sum_ns) / nullif(sum(sum(w.sum_ns)) OVER (PARTITION BY 1), 0) AS share_ratio
FROM shape__work AS w LEFT JOIN shape AS h USING (range_id)
GROUP BY ALL
ORDER BY sum_ns DESC, reason
