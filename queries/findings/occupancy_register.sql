-- One row at most: kernels whose theoretical occupancy is below 50 % because of registers.
--
-- title: Occupancy limited by registers
-- sentence: {instance_count} kernels have a theoretical occupancy below 50 % because of registers: {sum_ns},
--    {share_ratio} of kernel time. The most time is in {subject}, with {occupancy_ratio}. Products and attention are
--    left out: they are built so.
-- advice: Compile with fewer registers per thread (`__launch_bounds__`, `maxnreg`, in Triton `num_warps`), or give each
--    thread less work.
-- plain: Some computations can use only a part of the GPU at a time because each takes too much registers ({sum_ns}).
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
    SELECT * FROM kernel__low_occupancy WHERE limited_by = 'registers'
),
most AS (SELECT arg_max(occupancy_ratio, stake_ns) AS occupancy_ratio FROM found)
SELECT w.stake_ns AS at_stake_ns, l.label AS subject, m.occupancy_ratio, w.instance_count, w.sum_ns,
    w.sum_ns / nullif(t.total_ns, 0) AS share_ratio
FROM all_kernels('found') AS w
LEFT JOIN kernel__labeled AS l USING (name_id), kernel__total AS t, most AS m
