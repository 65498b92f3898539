-- One row at most: kernels whose last wave of blocks leaves SMs without work.
--
-- title: Tails of a partial wave
-- sentence: {instance_count} kernels end with a partial wave of blocks: {sum_ns}, {share_ratio} of kernel time. The
--    most time is lost in {subject}, with {wave_count} waves.
-- advice: Choose tiles or batch sizes for which the blocks fill whole waves, or persistent and stream-K kernels.
-- plain: Some computations end with a part of the GPU without work ({sum_ns}).
-- certainty: possible
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/deeplearning/performance/dl-performance-gpu-background/index.html#understand-perf
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     of sum_ns, the share of the last wave that has no block; kernels of more than 1 and
--                                 at most 4 waves
-- subject         VARCHAR  -      label of the kernel with the most at stake
-- wave_count      DOUBLE   count  its blocks over the blocks that the GPU holds at a time
-- instance_count  BIGINT   count  such kernels
-- sum_ns          BIGINT   ns     their durations
-- share_ratio     DOUBLE   ratio  sum_ns over the durations of all kernels
WITH found AS (
    SELECT *, sum_ns * (1 - wave_count / ceil(wave_count)) AS stake_ns
    FROM kernel__occupancy
    WHERE wave_count > 1 AND wave_count <= 4 AND wave_count < ceil(wave_count)
        AND class IS DISTINCT FROM 'communication'
),
most AS (SELECT arg_max(wave_count, stake_ns) AS wave_count FROM found)
SELECT w.stake_ns AS at_stake_ns, l.label AS subject, m.wave_count, w.instance_count, w.sum_ns,
    w.sum_ns / nullif(t.total_ns, 0) AS share_ratio
FROM all_kernels('found') AS w
LEFT JOIN kernel__labeled AS l USING (name_id), kernel__total AS t, most AS m
