-- One row per kernel name, with the class assigned by the rules in kernel_rule, ordered by sum_ns, largest first.
--
-- name            VARCHAR  -      demangled name with template arguments
-- label           VARCHAR  -      short name that distinguishes the kernel from others (see kernel_label)
-- class           VARCHAR  -      kernel class (see kernel_rule); other if no rule matches
-- rule_id   BIGINT   -      rule that assigned the class; NULL if no rule matches
-- instance_count  BIGINT   count  number of executions
-- sum_ns          BIGINT   ns     sum of durations
-- share_ratio     DOUBLE   ratio  sum_ns divided by the total duration of all kernels
SELECT coalesce(any_value(n.name), '(no name)') AS name,
    label_or(any_value(l.label), coalesce(any_value(n.name), '(no name)')) AS label,
    any_value(c.class) AS class, any_value(c.position) AS rule_id,
    sum(g.instance_count)::BIGINT AS instance_count, sum(g.sum_ns)::BIGINT AS sum_ns,
    sum(g.sum_ns) / nullif(sum(sum(g.sum_ns)) OVER (PARTITION BY 1), 0) AS share_ratio
FROM (
    SELECT name_id, count(*) AS instance_count, sum(duration_ns) AS sum_ns FROM _kernel GROUP BY name_id
) AS g
JOIN kernel__class AS c ON c.name_id IS NOT DISTINCT FROM g.name_id
LEFT JOIN _kernel_name AS n ON n.name_id = g.name_id
LEFT JOIN kernel_label AS l ON l.name = n.name
GROUP BY n.same_id
ORDER BY sum_ns DESC, name
