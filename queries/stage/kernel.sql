-- One row per stage and kernel name, by innermost stage, ordered by the kernel time of the stage, then by sum_ns,
-- largest first.
--
-- stage           VARCHAR  -      name of the stage, (outside every stage), or (unattributed)
-- name            VARCHAR  -      demangled kernel name
-- label           VARCHAR  -      short name that distinguishes kernels, see kernel_label
-- instance_count  BIGINT   count  executions
-- sum_ns          BIGINT   ns     sum of durations
-- share_ratio     DOUBLE   ratio  sum_ns divided by the time of all kernels of the stage
-- median_ns       DOUBLE   ns     median duration
WITH grouped AS (
    SELECT
        w.stage, any_value(n.name) AS name, count(*) AS instance_count, sum(w.end_ns - w.start_ns)::BIGINT AS sum_ns,
        median(w.end_ns - w.start_ns) AS median_ns
    FROM stage__owner AS w
    LEFT JOIN _kernel_name AS n USING (name_id)
    WHERE w.operation_id & 3 = 0
    GROUP BY w.stage, n.same_id
)
SELECT g.stage, coalesce(g.name, '(no name)') AS name, label_or(l.label, coalesce(g.name, '(no name)')) AS label,
    g.instance_count, g.sum_ns,
    g.sum_ns / nullif(sum(g.sum_ns) OVER (PARTITION BY g.stage), 0) AS share_ratio, g.median_ns
FROM grouped AS g
LEFT JOIN kernel_label AS l ON l.name = g.name
ORDER BY sum(g.sum_ns) OVER (PARTITION BY g.stage) DESC, g.stage, g.sum_ns DESC, name
