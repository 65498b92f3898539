-- At most one row: kernels that use local memory, typically because of register spills.
--
-- title: Local memory (register spills)
-- sentence: {instance_count} kernels use local memory. They take {sum_ns}, which is {share_ratio} of kernel time.
--    {subject} takes the most time, with {local_bytes} of local memory per thread.
-- advice: Check in ncu whether local memory traffic matters. If it does, give each thread less work, allow more
--    registers, or index per-thread arrays only with constants.
-- plain: Some computations, which take {sum_ns} in total, store intermediate data in slow memory.
-- certainty: possible
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/cuda/cuda-c-best-practices-guide/index.html#local-memory
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     sum_ns
-- subject         VARCHAR  -      label of the kernel that takes the most time
-- local_bytes     BIGINT   bytes  local memory per thread in that kernel
-- instance_count  BIGINT   count  number of such kernels
-- sum_ns          BIGINT   ns     total duration of these kernels
-- share_ratio     DOUBLE   ratio  sum_ns divided by the total duration of all kernels
WITH found AS (
    SELECT *, sum_ns AS stake_ns FROM kernel__shape WHERE local_memory_bytes > 0
),
most AS (SELECT arg_max(local_memory_bytes, stake_ns) AS local_bytes FROM found)
SELECT w.stake_ns AS at_stake_ns, l.label AS subject, m.local_bytes, w.instance_count, w.sum_ns,
    w.sum_ns / nullif(t.total_ns, 0) AS share_ratio
FROM all_kernels('found') AS w
LEFT JOIN kernel__labeled AS l USING (name_id), kernel__total AS t, most AS m
