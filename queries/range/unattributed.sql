-- One row per reason and kind of GPU operation without a range; ordered by sum_ns, largest first.
--
-- reason           VARCHAR  -      no launch: the trace does not tell which call launched it; no range: none was open on
--     the launching thread
-- kind             VARCHAR  -      kernel, copy, memset or graph
-- operation_count  BIGINT   count  operations
-- sum_ns           BIGINT   ns     sum of durations
-- thread_count     BIGINT   count  threads that launched them
SELECT CASE WHEN a.call_id IS NULL THEN 'no launch' ELSE 'no range' END AS reason, o.kind,
    count(*) AS operation_count, sum(o.duration_ns)::BIGINT AS sum_ns, count(DISTINCT a.thread_id) AS thread_count
FROM _launched AS a JOIN _gpu_operation AS o USING (operation_id)
WHERE a.range_id IS NULL
GROUP BY ALL
ORDER BY sum_ns DESC, reason, kind
