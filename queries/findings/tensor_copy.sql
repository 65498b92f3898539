-- One row at most: kernels that only copy or cast tensors.
--
-- title: Copies and casts of tensors
-- sentence: {instance_count} kernels that only copy or cast tensors took {sum_ns}, {share_ratio} of kernel time. The
--    most time is in {subject}.
-- advice: Keep one dtype between operators, avoid `.contiguous()`, `.to()` and `torch.cat` in layers, or let
--    `torch.compile` fold them into the kernels around them.
-- plain: The GPU spends {sum_ns} on copying data or changing its number format between computations.
-- certainty: likely
-- stake: kernel
-- needs: kernels
-- within: elementwise_run
-- docs: https://docs.pytorch.org/docs/stable/torch.compiler.html
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     sum_ns
-- subject         VARCHAR  -      label of the one with the most time
-- instance_count  BIGINT   count  runs of such kernels
-- sum_ns          BIGINT   ns     their durations
-- share_ratio     DOUBLE   ratio  sum_ns over the durations of all kernels
WITH found AS (
    SELECT s.name_id, sum(s.instance_count)::BIGINT AS instance_count, sum(s.sum_ns)::BIGINT AS sum_ns
    FROM kernel__shape AS s JOIN _string_kernel AS n ON n.id = s.name_id
    WHERE regexp_matches(n.value, 'copy_kernel|CatArray|autocast_to|contiguous_kernel|cast_kernel|convert_fp', 'i')
    GROUP BY s.name_id
),
whole AS (
    SELECT arg_max(name_id, sum_ns) AS name_id, sum(instance_count)::BIGINT AS instance_count, sum(sum_ns)::BIGINT AS sum_ns
    FROM found
    HAVING count(*) > 0
)
SELECT w.sum_ns AS at_stake_ns, label_or(l.label, n.value) AS subject, w.instance_count, w.sum_ns,
    w.sum_ns / nullif((SELECT sum(sum_ns) FROM kernel__shape), 0) AS share_ratio
FROM whole AS w
LEFT JOIN _string_kernel AS n ON n.id = w.name_id
LEFT JOIN kernel_label AS l ON l.name = n.value
