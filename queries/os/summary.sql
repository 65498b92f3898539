-- One row per traced OS runtime function, ordered by sum_ns, largest first.
--
-- name         VARCHAR  -      function name
-- instance_count  BIGINT  count  number of calls
-- sum_ns       BIGINT   ns     sum of durations over all threads, including time spent waiting
-- median_ns    DOUBLE   ns     median duration
-- max_ns       BIGINT   ns     maximum duration
SELECT coalesce(name, '(no name)') AS name, count(*) AS instance_count, sum(duration_ns)::BIGINT AS sum_ns,
    median(duration_ns) AS median_ns, max(duration_ns) AS max_ns
FROM os_call
GROUP BY ALL
ORDER BY sum_ns DESC, name
