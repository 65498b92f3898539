-- One row per traced OS runtime function; ordered by sum_ns, largest first.
--
-- name         VARCHAR  -      function
-- instance_count  BIGINT  count  calls
-- sum_ns       BIGINT   ns     sum of durations over all threads, waiting included
-- median_ns    DOUBLE   ns     median duration
-- max_ns       BIGINT   ns     longest
SELECT coalesce(name, '(no name)') AS name, count(*) AS instance_count, sum(duration_ns)::BIGINT AS sum_ns,
    median(duration_ns) AS median_ns, max(duration_ns) AS max_ns
FROM os_call
GROUP BY ALL
ORDER BY sum_ns DESC, name
