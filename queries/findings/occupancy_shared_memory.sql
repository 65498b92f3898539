-- At most one row: kernels whose theoretical occupancy is below 50 % because of their shared memory usage.
--
-- title: Occupancy limited by shared memory
-- sentence: {instance_count} kernels have a theoretical occupancy below 50 % because of their shared memory usage. They
--    take {sum_ns}, which is {share_ratio} of kernel time. {subject} has the most time at stake, with an occupancy of
--    {occupancy_ratio}. GEMM and attention kernels are excluded because they have low occupancy by design.
-- advice: Use smaller tiles or fewer pipeline stages (`num_stages` in Triton) so that more blocks fit on an SM.
-- plain: Some computations can use only part of the GPU at a time because they need too much shared memory. These
--    computations take {sum_ns} in total.
-- certainty: possible
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#occupancy
-- table: kernel_summary
--
-- at_stake_ns      BIGINT   ns     portion of sum_ns proportional to the warps that do not fit
-- subject          VARCHAR  -      label of the kernel with the most time at stake
-- occupancy_ratio  DOUBLE   ratio  theoretical occupancy of that kernel: resident warps divided by the maximum per SM
-- instance_count   BIGINT   count  number of such kernels
-- sum_ns           BIGINT   ns     total duration of these kernels
-- share_ratio      DOUBLE   ratio  sum_ns divided by the total duration of all kernels
WITH found AS (
    SELECT * FROM kernel__low_occupancy WHERE limited_by = 'shared memory'
),
most AS (SELECT arg_max(occupancy_ratio, stake_ns) AS occupancy_ratio FROM found)
SELECT w.stake_ns AS at_stake_ns, l.label AS subject, m.occupancy_ratio, w.instance_count, w.sum_ns,
    w.sum_ns / nullif(t.total_ns, 0) AS share_ratio
FROM all_kernels('found') AS w
LEFT JOIN kernel__labeled AS l USING (name_id), kernel__total AS t, most AS m
