-- At most one row: communication that does not overlap computation.
--
-- title: Exposed communication
-- sentence: Communication runs for {communication_ns} on {gpu_count} GPUs. For {at_stake_ns} of this time
--    ({exposed_ratio}), no computation runs on the same GPU. {subject} takes the most time, and GPU {gpu_id} has the
--    most exposed communication ({most_ns}).
-- advice: Overlap communication with computation (separate streams, bucketed or asynchronous collectives, chunked
--    sends), or send less data. Imbalance between GPUs also shows up as communication time.
-- plain: The GPUs exchange data for {communication_ns}. For {at_stake_ns} of that time, they do not compute.
-- certainty: certain
-- stake: kernel
-- needs: kernels
-- docs: https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/index.html
-- table: overlap
--
-- at_stake_ns       BIGINT   ns     time during which communication runs on a GPU without any computation, summed
--                                   across GPUs
-- communication_ns  BIGINT   ns     time during which communication runs, summed across GPUs
-- exposed_ratio     DOUBLE   ratio  at_stake_ns divided by communication_ns
-- gpu_count         BIGINT   count  number of GPUs with communication
-- subject           VARCHAR  -      operation or kernel that takes the most time
-- gpu_id            BIGINT   -      GPU with the most exposed communication
-- most_ns           BIGINT   ns     exposed communication time on that GPU
SELECT sum(exposed_ns)::BIGINT AS at_stake_ns, sum(communication_ns)::BIGINT AS communication_ns,
    sum(exposed_ns) / sum(communication_ns) AS exposed_ratio, count(*) AS gpu_count,
    (SELECT arg_max(op, ns) FROM (SELECT coalesce(op, name) AS op, sum(duration_ns) AS ns FROM communication GROUP BY ALL))
        AS subject,
    arg_max(gpu_id, exposed_ns) AS gpu_id, max(exposed_ns) AS most_ns
FROM overlap
HAVING sum(exposed_ns) > 0.05 * sum(communication_ns)
