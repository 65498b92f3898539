-- One row per reason why GPU time has no FLOPs from shapes, and one row without a reason for GPU time with FLOPs,
-- ordered by sum_ns, largest first. The rows add up to all GPU operations.
--
-- reason           VARCHAR  -      why there are no FLOPs; NULL if there are
-- operation_count  BIGINT   count  GPU operations
-- sum_ns           BIGINT   ns     sum of their durations
-- share_ratio      DOUBLE   ratio  sum_ns / sum_ns of all GPU operations
SELECT coalesce(w.otherwise, h.reason) AS reason, sum(w.operation_count)::BIGINT AS operation_count,
    sum(w.sum_ns)::BIGINT AS sum_ns, sum(w.sum_ns) / nullif(sum(sum(w.sum_ns)) OVER (PARTITION BY 1), 0) AS share_ratio
FROM shape__work AS w LEFT JOIN shape AS h USING (range_id)
GROUP BY ALL
ORDER BY sum_ns DESC, reason
