-- One row at most: kernels that only change the layout of tensors.
--
-- title: Layout conversions
-- sentence: {instance_count} kernels that only change the layout of tensors took {sum_ns}, {share_ratio} of kernel
--    time. The most time is in {subject}.
-- advice: Keep one layout from the input to the output: `memory_format=torch.channels_last` for convolutions, weights
--    that are stored as the products read them.
-- plain: The GPU spends {sum_ns} on rearranging data between computations. One layout from start to end avoids that.
-- certainty: likely
-- stake: kernel
-- needs: kernels
-- within: tensor_copy
-- docs: https://docs.pytorch.org/tutorials/intermediate/memory_format_tutorial.html
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
    WHERE s.class IN ('copy', 'elementwise', 'other') AND regexp_matches(n.value, 'nchwTo|nhwcTo|ToNchw|ToNhwc|transpose|permute|im2col|col2im|convertTensor', 'i')
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
