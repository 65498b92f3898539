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
WITH whole AS (
    SELECT arg_max(name_id, sum_ns) AS name_id, arg_max(local_memory_bytes, sum_ns) AS local_bytes,
        sum(instance_count)::BIGINT AS instance_count, sum(sum_ns)::BIGINT AS sum_ns
    FROM kernel__shape
    WHERE local_memory_bytes > 0
    HAVING count(*) > 0
)
SELECT w.sum_ns AS at_stake_ns, label_or(l.label, n.value) AS subject, w.local_bytes, w.instance_count, w.sum_ns,
    w.sum_ns / nullif((SELECT sum(sum_ns) FROM kernel__shape), 0) AS share_ratio
FROM whole AS w
LEFT JOIN _string_kernel AS n ON n.id = w.name_id
LEFT JOIN kernel_label AS l ON l.name = n.value
