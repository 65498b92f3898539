-- One row at most: kernels with fewer blocks than their GPU has SMs.
--
-- title: Grids smaller than the GPU
-- sentence: {instance_count} kernels have fewer blocks than the GPU has SMs: {sum_ns}, {share_ratio} of kernel time.
--    The most time is lost in {subject}, with {block_count} blocks for {sm_count} SMs.
-- advice: Give them more parallel work: a larger batch, split-K or stream-K products, smaller tiles. Or run them beside
--    other kernels on a second stream.
-- plain: Some computations are too small to fill the GPU ({sum_ns}). Larger batches fill it.
-- certainty: possible
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#execution-configuration-optimizations
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     of sum_ns, the share of the SMs that get no block
-- subject         VARCHAR  -      label of the kernel with the most at stake
-- block_count     BIGINT   count  its blocks
-- sm_count        BIGINT   count  SMs of its GPU
-- instance_count  BIGINT   count  kernels with such grids; communication is left out
-- sum_ns          BIGINT   ns     their durations
-- share_ratio     DOUBLE   ratio  sum_ns over the durations of all kernels
WITH small AS (
    SELECT s.name_id, s.block_count, g.sm_count, s.instance_count, s.sum_ns,
        s.sum_ns * (1 - s.block_count / g.sm_count) AS unused_ns
    FROM kernel__shape AS s JOIN (SELECT gpu_id, min(sm_count) AS sm_count FROM gpu GROUP BY gpu_id) AS g USING (gpu_id)
    WHERE s.block_count > 0 AND s.block_count < g.sm_count AND s.class IS DISTINCT FROM 'communication'
),
whole AS (
    SELECT arg_max(name_id, unused_ns) AS name_id, arg_max(block_count, unused_ns) AS block_count,
        arg_max(sm_count, unused_ns) AS sm_count, sum(instance_count)::BIGINT AS instance_count,
        sum(sum_ns)::BIGINT AS sum_ns, sum(unused_ns)::BIGINT AS unused_ns
    FROM small
    HAVING count(*) > 0
)
SELECT w.unused_ns AS at_stake_ns, label_or(l.label, n.value) AS subject, w.block_count, w.sm_count, w.instance_count,
    w.sum_ns, w.sum_ns / nullif((SELECT sum(sum_ns) FROM kernel__shape), 0) AS share_ratio
FROM whole AS w
LEFT JOIN _string_kernel AS n ON n.id = w.name_id
LEFT JOIN kernel_label AS l ON l.name = n.value
