-- At most one row: kernels that only copy or cast tensors.
--
-- title: Tensor copies and casts
-- sentence: {instance_count} kernels that only copy or cast tensors take {sum_ns}, which is {share_ratio} of kernel
--    time. {subject} takes the most time.
-- advice: Use one dtype across operators, avoid `.contiguous()`, `.to()` and `torch.cat` in layers, or let
--    `torch.compile` fuse the copies and casts into neighboring kernels.
-- plain: The GPU spends {sum_ns} copying data or changing its number format between computations.
-- certainty: likely
-- stake: kernel
-- needs: kernels
-- within: elementwise_run
-- docs: https://docs.pytorch.org/docs/stable/torch.compiler.html
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     sum_ns
-- subject         VARCHAR  -      label of the kernel that takes the most time
-- instance_count  BIGINT   count  number of launches of these kernels
-- sum_ns          BIGINT   ns     total duration of these kernels
-- share_ratio     DOUBLE   ratio  sum_ns divided by the total duration of all kernels
WITH found AS (
    SELECT name_id, instance_count, sum_ns, sum_ns AS stake_ns FROM kernel__purpose WHERE purpose = 'tensor copy'
)
SELECT w.stake_ns AS at_stake_ns, l.label AS subject, w.instance_count, w.sum_ns,
    w.sum_ns / nullif(t.total_ns, 0) AS share_ratio
FROM all_kernels('found') AS w
LEFT JOIN kernel__labeled AS l USING (name_id), kernel__total AS t
