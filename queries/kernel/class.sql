-- One row per kernel name: what kind of work it does, by the rules of kernel_rule; ordered by sum_ns, largest first.
--
-- name            VARCHAR  -      demangled name with template arguments
-- class           VARCHAR  -      see kernel_rule; other where no rule matches
-- rule_id   BIGINT   -      the rule that gave the class; NULL: it is unclassified
-- instance_count  BIGINT   count  executions
-- sum_ns          BIGINT   ns     sum of durations
-- share_ratio     DOUBLE   ratio  sum_ns over the sum of all kernels
SELECT coalesce(n.value, '(no name)') AS name, c.class, c.position AS rule_id, g.instance_count, g.sum_ns,
    g.sum_ns / nullif(sum(g.sum_ns) OVER (), 0) AS share_ratio
FROM (
    SELECT name_id, count(*) AS instance_count, sum(duration_ns)::BIGINT AS sum_ns FROM _kernel GROUP BY name_id
) AS g
JOIN kernel__class AS c ON c.name_id IS NOT DISTINCT FROM g.name_id
LEFT JOIN _string_kernel AS n ON n.id = g.name_id
ORDER BY g.sum_ns DESC, name
