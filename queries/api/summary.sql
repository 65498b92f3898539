-- One row per CUDA API function; ordered by sum_ns, largest first.
--
-- name         VARCHAR  -      function, without its version suffix
-- waits        BOOLEAN  -      it can block the thread until the GPU is done
-- instance_count  BIGINT  count  calls
-- sum_ns       BIGINT   ns     sum of durations on the CPU
-- median_ns    DOUBLE   ns     median duration
-- mean_ns      DOUBLE   ns     mean duration
-- min_ns       BIGINT   ns     shortest
-- max_ns       BIGINT   ns     longest
-- stddev_ns    DOUBLE   ns     sample standard deviation; NULL for a single one
WITH grouped AS (
    SELECT name_id, count(*) AS instance_count, sum(duration_ns)::BIGINT AS sum_ns,
        median(duration_ns) AS median_ns, avg(duration_ns) AS mean_ns, min(duration_ns) AS min_ns,
        max(duration_ns) AS max_ns, stddev_samp(duration_ns) AS stddev_ns
    FROM _api_call
    GROUP BY name_id
)
SELECT
    coalesce(regexp_replace(s.value, '_v[0-9]{4}$', ''), '(no name)') AS name,
    g.name_id IN (SELECT name_id FROM api__waits) AS waits,
    g.instance_count, g.sum_ns, g.median_ns, g.mean_ns, g.min_ns, g.max_ns, g.stddev_ns
FROM grouped AS g LEFT JOIN _string_call AS s ON s.id = g.name_id
ORDER BY g.sum_ns DESC, name
