-- One row per kernel name; ordered by sum_ns, largest first.
--
-- name         VARCHAR  -      demangled name with template arguments
-- short_name   VARCHAR  -      function name alone
-- instance_count  BIGINT  count  executions
-- sum_ns       BIGINT   ns     sum of durations
-- share_ratio  DOUBLE   ratio  sum_ns over the sum of all kernels
-- median_ns    DOUBLE   ns     median duration
-- mean_ns      DOUBLE   ns     mean duration
-- min_ns       BIGINT   ns     shortest
-- max_ns       BIGINT   ns     longest
-- stddev_ns    DOUBLE   ns     sample standard deviation; NULL for a single one
WITH grouped AS (
    SELECT name_id, min(short_name_id) AS short_name_id, count(*) AS instance_count,
        sum(duration_ns)::BIGINT AS sum_ns, median(duration_ns) AS median_ns, avg(duration_ns) AS mean_ns,
        min(duration_ns) AS min_ns, max(duration_ns) AS max_ns, stddev_samp(duration_ns) AS stddev_ns
    FROM _kernel
    GROUP BY name_id
)
SELECT
    coalesce(long.value, '(no name)') AS name, short.value AS short_name, g.instance_count, g.sum_ns,
    g.sum_ns / nullif(sum(g.sum_ns) OVER (), 0) AS share_ratio,
    g.median_ns, g.mean_ns, g.min_ns, g.max_ns, g.stddev_ns
FROM grouped AS g
LEFT JOIN _string_kernel AS long ON long.id = g.name_id
LEFT JOIN _string_kernel AS short ON short.id = g.short_name_id
ORDER BY g.sum_ns DESC, name
