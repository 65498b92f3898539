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
    SELECT w.stage, n.same_id, w.end_ns - w.start_ns AS ns, count(*) AS n
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
    SELECT stage, same_id, sum(n)::BIGINT AS instance_count, sum(n * ns)::BIGINT AS sum_ns,
        counted_median(ns, last_place, 0, instance_count) AS median_ns
    FROM placed
    GROUP BY stage, same_id
),
-- Windows and groups carry keys, and names are joined last: a million names would not fit in the memory limit.
shared AS (SELECT *, sum(sum_ns) OVER (PARTITION BY stage) AS stage_ns FROM grouped)
SELECT s.stage, coalesce(n.name, '(no name)') AS name, label_or(l.label, coalesce(n.name, '(no name)')) AS label,
    s.instance_count, s.sum_ns, s.sum_ns / nullif(s.stage_ns, 0) AS share_ratio, s.median_ns
FROM shared AS s
LEFT JOIN _kernel_name AS n ON n.name_id = s.same_id
LEFT JOIN kernel_label AS l ON l.name = n.name
ORDER BY s.stage_ns DESC, s.stage, s.sum_ns DESC, name
