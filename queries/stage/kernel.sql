-- One row per innermost stage and kernel name, ordered by the stage's total kernel time, then by sum_ns, largest first.
--
-- stage           VARCHAR  -      stage name, (outside every stage), or (unattributed)
-- name            VARCHAR  -      demangled name with template arguments
-- label           VARCHAR  -      short name that distinguishes the kernel from others (see kernel_label)
-- instance_count  BIGINT   count  number of kernel executions
-- sum_ns          BIGINT   ns     sum of kernel durations
-- share_ratio     DOUBLE   ratio  sum_ns divided by the stage's total kernel time
-- median_ns       DOUBLE   ns     median kernel duration
-- Medians are computed from counted values (see counted_median).
WITH counted AS (
    SELECT w.stage, n.same_id, any_value(n.name) AS name, w.end_ns - w.start_ns AS ns, count(*) AS n
    FROM stage__owner AS w
    LEFT JOIN _kernel_name AS n USING (name_id)
    WHERE w.operation_id & 3 = 0
    GROUP BY w.stage, n.same_id, ns
),
placed AS (
    SELECT *, sum(n) OVER of_name AS instance_count, sum(n) OVER (of_name ORDER BY ns) AS last_place
    FROM counted
    WINDOW of_name AS (PARTITION BY stage, same_id)
),
grouped AS (
    SELECT stage, any_value(name) AS name, sum(n)::BIGINT AS instance_count, sum(n * ns)::BIGINT AS sum_ns,
        counted_median(ns, last_place, 0, instance_count) AS median_ns
    FROM placed
    GROUP BY stage, same_id
)
SELECT g.stage, coalesce(g.name, '(no name)') AS name, label_or(l.label, coalesce(g.name, '(no name)')) AS label,
    g.instance_count, g.sum_ns,
    g.sum_ns / nullif(sum(g.sum_ns) OVER (PARTITION BY g.stage), 0) AS share_ratio, g.median_ns
FROM grouped AS g
LEFT JOIN kernel_label AS l ON l.name = g.name
ORDER BY sum(g.sum_ns) OVER (PARTITION BY g.stage) DESC, g.stage, g.sum_ns DESC, name
