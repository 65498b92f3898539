-- One row at most: kernels whose threads use local memory, as register spills do.
--
-- title: Local memory (register spills)
-- sentence: {instance_count} kernels use local memory: {sum_ns}, {share_ratio} of kernel time. The most time is in
--    {subject}, with {local_bytes} per thread.
-- advice: See in ncu whether local memory traffic matters. If so, give each thread less work, allow more registers, or
--    index arrays in registers by constants only.
-- plain: Some computations keep working data in slow memory ({sum_ns}).
-- certainty: possible
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#local-memory
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     sum_ns
-- subject         VARCHAR  -      label of the kernel with the most time
-- local_bytes     BIGINT   bytes  its local memory per thread
-- instance_count  BIGINT   count  such kernels
-- sum_ns          BIGINT   ns     their durations
-- share_ratio     DOUBLE   ratio  sum_ns over the durations of all kernels
WITH found AS (
    SELECT *, sum_ns AS stake_ns FROM kernel__shape WHERE local_memory_bytes > 0
),
most AS (SELECT arg_max(local_memory_bytes, stake_ns) AS local_bytes FROM found)
SELECT w.stake_ns AS at_stake_ns, l.label AS subject, m.local_bytes, w.instance_count, w.sum_ns,
    w.sum_ns / nullif(t.total_ns, 0) AS share_ratio
FROM all_kernels('found') AS w
LEFT JOIN kernel__labeled AS l USING (name_id), kernel__total AS t, most AS m
