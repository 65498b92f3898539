-- One row per NVTX range that holds GPU operations: first start, last end and number of them.
-- materialised: shared by two reports.
SELECT w.range_id, min(o.start_ns) AS start_ns, max(o.end_ns) AS end_ns, count(*) AS operation_count
FROM stats__within AS w JOIN _gpu_operation AS o USING (operation_id)
WHERE o.kind <> 'graph'
GROUP BY w.range_id
