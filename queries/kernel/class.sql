-- One row per kernel name, with the class assigned by the rules in kernel_rule, ordered by sum_ns, largest first.
--
-- name            VARCHAR  -      demangled name with template arguments
-- label           VARCHAR  -      short name that distinguishes the kernel from others (see kernel_label)
-- class           VARCHAR  -      kernel class (see kernel_rule); other if no rule matches
-- rule_id   BIGINT   -      rule that assigned the class; NULL if no rule matches
-- instance_count  BIGINT   count  number of executions
-- sum_ns          BIGINT   ns     sum of durations
-- share_ratio     DOUBLE   ratio  sum_ns divided by the total duration of all kernels
WITH grouped AS (
    SELECT n.same_id, any_value(c.class) AS class, any_value(c.position) AS rule_id,
        sum(k.instance_count)::BIGINT AS instance_count, sum(k.sum_ns)::BIGINT AS sum_ns
    FROM (
        SELECT name_id, count(*) AS instance_count, sum(duration_ns) AS sum_ns FROM _kernel GROUP BY name_id
    ) AS k
    JOIN kernel__class AS c ON c.name_id IS NOT DISTINCT FROM k.name_id
    LEFT JOIN _kernel_name AS n ON n.name_id = k.name_id
    GROUP BY n.same_id
),
-- Windows and groups carry keys, and names are joined last: a million names would not fit in the memory limit.
shared AS (SELECT *, sum_ns / nullif(sum(sum_ns) OVER (PARTITION BY 1), 0) AS share_ratio FROM grouped)
SELECT coalesce(n.name, '(no name)') AS name, label_or(l.label, coalesce(n.name, '(no name)')) AS label,
    s.class, s.rule_id, s.instance_count, s.sum_ns, s.share_ratio
FROM shared AS s
LEFT JOIN _kernel_name AS n ON n.name_id = s.same_id
LEFT JOIN kernel_label AS l ON l.name = n.name
ORDER BY s.sum_ns DESC, name
