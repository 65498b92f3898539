-- At most one row: kernels with fewer blocks than their GPU has SMs.
--
-- title: Grids smaller than the GPU
-- sentence: {instance_count} kernels launch fewer blocks than the GPU has SMs. They take {sum_ns}, which is
--    {share_ratio} of kernel time. {subject} has the most time at stake, with {block_count} blocks for {sm_count} SMs.
-- advice: Expose more parallel work with a larger batch, split-K or stream-K GEMMs, or smaller tiles. Alternatively,
--    run these kernels concurrently with others on a second stream.
-- plain: Some computations, which take {sum_ns} in total, are too small to fill the GPU. Larger batches would fill it.
-- certainty: possible
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#execution-configuration-optimizations
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     portion of sum_ns proportional to the SMs without a block
-- subject         VARCHAR  -      label of the kernel with the most time at stake
-- block_count     BIGINT   count  number of blocks of that kernel
-- sm_count        BIGINT   count  number of SMs on its GPU
-- instance_count  BIGINT   count  number of kernels with such grids, excluding communication kernels
-- sum_ns          BIGINT   ns     total duration of these kernels
-- share_ratio     DOUBLE   ratio  sum_ns divided by the total duration of all kernels
WITH found AS (
    SELECT s.*, g.sm_count, s.sum_ns * (1 - s.block_count / g.sm_count) AS stake_ns
    FROM kernel__shape AS s JOIN (SELECT gpu_id, min(sm_count) AS sm_count FROM gpu GROUP BY gpu_id) AS g USING (gpu_id)
    WHERE s.block_count > 0 AND s.block_count < g.sm_count AND s.class IS DISTINCT FROM 'communication'
),
most AS (SELECT arg_max(block_count, stake_ns) AS block_count, arg_max(sm_count, stake_ns) AS sm_count FROM found)
SELECT w.stake_ns AS at_stake_ns, l.label AS subject, m.block_count, m.sm_count, w.instance_count, w.sum_ns,
    w.sum_ns / nullif(t.total_ns, 0) AS share_ratio
FROM all_kernels('found') AS w
LEFT JOIN kernel__labeled AS l USING (name_id), kernel__total AS t, most AS m
