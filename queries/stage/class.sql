-- One row per innermost stage and kernel class, ordered by the stage's total kernel time, then by sum_ns, largest
-- first. Kernels that match no rule in kernel_rule belong to the `other` class. To find the names of these
-- kernels, see kernel_class.
--
-- stage           VARCHAR  -      stage name, (outside every stage), or (unattributed)
-- class           VARCHAR  -      kernel class (see kernel_rule); other if no rule matches
-- name_count      BIGINT   count  number of distinct kernel names
-- instance_count  BIGINT   count  number of kernel executions
-- sum_ns          BIGINT   ns     sum of kernel durations
-- share_ratio     DOUBLE   ratio  sum_ns divided by the stage's total kernel time
WITH work AS (
    SELECT
        w.stage, w.name_id, count(*) AS instance_count, sum(w.end_ns - w.start_ns)::BIGINT AS sum_ns
    FROM stage__owner AS w
    WHERE w.operation_id & 3 = 0
    GROUP BY ALL
),
grouped AS (
    SELECT w.stage, c.class, count(DISTINCT coalesce(n.same_id, -1)) AS name_count,
        sum(w.instance_count)::BIGINT AS instance_count, sum(w.sum_ns)::BIGINT AS sum_ns
    FROM work AS w
    JOIN kernel__class AS c ON c.name_id IS NOT DISTINCT FROM w.name_id
    LEFT JOIN _kernel_name AS n ON n.name_id = w.name_id
    GROUP BY w.stage, c.class
)
SELECT stage, class, name_count, instance_count, sum_ns,
    sum_ns / nullif(sum(sum_ns) OVER (PARTITION BY stage), 0) AS share_ratio
FROM grouped
ORDER BY sum(sum_ns) OVER (PARTITION BY stage) DESC, stage, sum_ns DESC, class
