-- One row per innermost stage and kernel name, ordered by the stage's total kernel time, then by sum_ns, largest first.
--
-- stage           VARCHAR  -      stage name, (outside every stage), or (unattributed)
-- name            VARCHAR  -      demangled name with template arguments
-- label           VARCHAR  -      short name that distinguishes the kernel from others (see kernel_label)
-- instance_count  BIGINT   count  number of kernel executions
-- sum_ns          BIGINT   ns     sum of kernel durations
-- share_ratio     DOUBLE   ratio  sum_ns divided by the stage's total kernel time
-- median_ns       DOUBLE   ns     median kernel duration
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
