-- One row at most: kernels whose theoretical occupancy is below 50 % because of shared memory.
--
-- title: Occupancy limited by shared memory
-- sentence: {instance_count} kernels have a theoretical occupancy below 50 % because of shared memory: {sum_ns},
--    {share_ratio} of kernel time. The most time is in {subject}, with {occupancy_ratio}. Products and attention are
--    left out: they are built so.
-- advice: Use smaller tiles or fewer pipeline stages (in Triton `num_stages`), so that more blocks fit an SM.
-- plain: Some computations can use only a part of the GPU at a time because each takes too much shared memory
--    ({sum_ns}).
-- certainty: possible
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#occupancy
-- table: kernel_summary
--
-- at_stake_ns      BIGINT   ns     of sum_ns, the share of the warps that do not fit
-- subject          VARCHAR  -      label of the kernel with the most at stake
-- occupancy_ratio  DOUBLE   ratio  its theoretical occupancy: warps that fit an SM, over the most that an SM holds
-- instance_count   BIGINT   count  such kernels
-- sum_ns           BIGINT   ns     their durations
-- share_ratio      DOUBLE   ratio  sum_ns over the durations of all kernels
WITH found AS (
    SELECT *, sum_ns * (1 - occupancy_ratio) AS stake_ns
    FROM kernel__occupancy
    WHERE occupancy_ratio < 0.5 AND limited_by = 'shared memory' AND class NOT IN ('gemm', 'attention', 'communication')
),
whole AS (
    SELECT arg_max(name_id, stake_ns) AS name_id, arg_max(occupancy_ratio, stake_ns) AS occupancy_ratio,
        sum(instance_count)::BIGINT AS instance_count, sum(sum_ns)::BIGINT AS sum_ns, sum(stake_ns)::BIGINT AS stake_ns
    FROM found
    HAVING count(*) > 0
)
SELECT w.stake_ns AS at_stake_ns, label_or(l.label, n.value) AS subject, w.occupancy_ratio,
    w.instance_count, w.sum_ns, w.sum_ns / nullif((SELECT sum(sum_ns) FROM kernel__shape), 0) AS share_ratio
FROM whole AS w
LEFT JOIN _string_kernel AS n ON n.id = w.name_id
LEFT JOIN kernel_label AS l ON l.name = n.value
