-- At most one row: kernels whose last wave of blocks does not fill the GPU.
--
-- title: Tail effect of partial waves
-- sentence: {instance_count} kernels end with a partial wave of blocks. They take {sum_ns}, which is {share_ratio} of
--    kernel time. {subject} has the most time at stake, with {wave_count} waves.
-- advice: Choose tile or batch sizes that produce full waves, or use persistent or stream-K kernels.
-- plain: Toward the end of some computations, part of the GPU has no work. These computations take
--    {sum_ns} in total.
-- certainty: possible
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/deeplearning/performance/dl-performance-gpu-background/index.html#understand-perf
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     portion of sum_ns proportional to the empty block slots in the last wave, for kernels
--                                 with more than 1 and at most 4 waves
-- subject         VARCHAR  -      label of the kernel with the most time at stake
-- wave_count      DOUBLE   count  number of blocks of that kernel divided by the number that can be resident on the GPU
--                                 at once
-- instance_count  BIGINT   count  number of such kernels
-- sum_ns          BIGINT   ns     total duration of these kernels
-- share_ratio     DOUBLE   ratio  sum_ns divided by the total duration of all kernels
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
