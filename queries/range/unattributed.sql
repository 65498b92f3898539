-- One row per reason and kind of GPU operation without a range, ordered by sum_ns, largest first.
--
-- reason           VARCHAR  -      no launch: the trace does not identify the API call that launched the operation; no
--     range: no range was open on the launching thread
-- kind             VARCHAR  -      kernel, copy, memset or graph
-- operation_count  BIGINT   count  number of operations
-- sum_ns           BIGINT   ns     sum of durations
-- thread_count     BIGINT   count  number of threads that launched these operations
SELECT CASE WHEN is_launched THEN 'no range' ELSE 'no launch' END AS reason, kind,
    sum(n)::BIGINT AS operation_count, sum(ns)::BIGINT AS sum_ns, count(DISTINCT thread_id) AS thread_count
FROM _piece_work
WHERE range_id IS NULL
GROUP BY ALL
ORDER BY sum_ns DESC, reason, kind
