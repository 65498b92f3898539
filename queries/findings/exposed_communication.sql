-- One row at most: communication that nothing hides.
--
-- title: Exposed communication
-- sentence: Communication runs for {communication_ns} on {gpu_count} GPUs, and nothing computes there during
--    {at_stake_ns} of it ({exposed_ratio}). Most of it is {subject}, on GPU {gpu_id} for {most_ns}.
-- advice: Overlap it with computation (streams of their own, bucketed or asynchronous collectives, chunked sends), or
--    send less. An imbalance between GPUs shows as communication too.
-- plain: The GPUs exchange data for {communication_ns}, and for {at_stake_ns} of that they do not compute.
-- certainty: certain
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/index.html
-- table: overlap
--
-- at_stake_ns       BIGINT   ns     time in which communication runs on a GPU and nothing computes there, over all GPUs
-- communication_ns  BIGINT   ns     time in which communication runs
-- exposed_ratio     DOUBLE   ratio  at_stake_ns over communication_ns
-- gpu_count         BIGINT   count  GPUs with communication
-- subject           VARCHAR  -      operation or kernel with the most time
-- gpu_id            BIGINT   -      the GPU with the most exposed communication
-- most_ns           BIGINT   ns     that time
SELECT sum(exposed_ns)::BIGINT AS at_stake_ns, sum(communication_ns)::BIGINT AS communication_ns,
    sum(exposed_ns) / sum(communication_ns) AS exposed_ratio, count(*) AS gpu_count,
    (SELECT arg_max(op, ns) FROM (SELECT coalesce(op, name) AS op, sum(duration_ns) AS ns FROM communication GROUP BY ALL))
        AS subject,
    arg_max(gpu_id, exposed_ns) AS gpu_id, max(exposed_ns) AS most_ns
FROM overlap
HAVING sum(exposed_ns) > 0.05 * sum(communication_ns)
