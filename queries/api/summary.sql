-- One row per CUDA API function, ordered by sum_ns, largest first.
--
-- name         VARCHAR  -      function name without its version suffix
-- waits        BOOLEAN  -      whether the function can block the thread until the GPU has finished
-- instance_count  BIGINT  count  number of calls
-- sum_ns       BIGINT   ns     sum of call durations on the CPU
-- median_ns    DOUBLE   ns     median duration
-- mean_ns      DOUBLE   ns     mean duration
-- min_ns       BIGINT   ns     minimum duration
-- max_ns       BIGINT   ns     maximum duration
-- stddev_ns    DOUBLE   ns     sample standard deviation; NULL for a single call
-- All versions of a function share one row. A name that the trace stores twice also has only one row.
SELECT coalesce(any_value(n.name), '(no name)') AS name, bool_or(w.name_id IS NOT NULL) AS waits,
    count(*) AS instance_count, sum(c.duration_ns)::BIGINT AS sum_ns, median(c.duration_ns) AS median_ns,
    avg(c.duration_ns) AS mean_ns, min(c.duration_ns) AS min_ns, max(c.duration_ns) AS max_ns,
    deviation(c.duration_ns) AS stddev_ns
FROM _api_call AS c
LEFT JOIN _call_name AS n USING (name_id)
LEFT JOIN api__waits AS w USING (name_id)
GROUP BY n.same_id
ORDER BY sum_ns DESC, name
