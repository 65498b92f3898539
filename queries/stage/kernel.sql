-- One row per stage and kernel name, by innermost stage; ordered by the stage's share of GPU time, then sum_ns,
-- largest first.
--
-- stage           VARCHAR  -      name of the stage, or (outside every stage), or (unattributed)
-- name            VARCHAR  -      demangled kernel name
-- instance_count  BIGINT   count  executions
-- sum_ns          BIGINT   ns     sum of durations
-- share_ratio     DOUBLE   ratio  sum_ns over all kernels of the stage
-- median_ns       DOUBLE   ns     median duration
WITH grouped AS (
    SELECT
        w.stage, k.name_id, count(*) AS instance_count, sum(k.duration_ns)::BIGINT AS sum_ns,
        median(k.duration_ns) AS median_ns
    FROM _kernel AS k
    JOIN stage__owner AS w USING (operation_id)
    GROUP BY ALL
)
SELECT g.stage, coalesce(n.value, '(no name)') AS name, g.instance_count, g.sum_ns,
    g.sum_ns / nullif(sum(g.sum_ns) OVER (PARTITION BY g.stage), 0) AS share_ratio, g.median_ns
FROM grouped AS g LEFT JOIN _string_kernel AS n ON n.id = g.name_id
ORDER BY sum(g.sum_ns) OVER (PARTITION BY g.stage) DESC, g.stage, g.sum_ns DESC, name
