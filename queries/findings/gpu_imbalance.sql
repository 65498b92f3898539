-- One row at most: GPUs of one trace that compute for different times.
--
-- title: Imbalance between GPUs
-- sentence: GPU {gpu_id} computes for {most_ns}, GPU {least_gpu_id} for {least_ns}. The other GPUs have {at_stake_ns}
--    less to do altogether.
-- advice: Divide the work evenly: layers of a pipeline, experts, lengths of sequences, batches.
-- plain: The GPUs do not have equal work: one computes for {most_ns}, another for {least_ns}.
-- certainty: likely
-- stake: idle and communication
-- needs: kernels
-- docs: https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/index.html
-- table: gpu_summary
--
-- at_stake_ns   BIGINT  ns  by how much the others compute less than the GPU with the most, at most their idle time and
--                           communication
-- gpu_id        BIGINT  -   the GPU that computes most
-- most_ns       BIGINT  ns  time in which it is busy, without exposed communication
-- least_gpu_id  BIGINT  -   the GPU that computes least
-- least_ns      BIGINT  ns  the same of that GPU
WITH work AS (
    SELECT g.gpu_id, g.busy_ns - coalesce(o.exposed_ns, 0) AS work_ns, g.idle_ns + coalesce(o.exposed_ns, 0) AS free_ns
    FROM gpu_summary AS g LEFT JOIN overlap AS o USING (gpu_id)
),
most AS (SELECT max(work_ns) AS work_ns FROM work)
SELECT sum(least(m.work_ns - w.work_ns, w.free_ns))::BIGINT AS at_stake_ns, arg_max(w.gpu_id, w.work_ns) AS gpu_id,
    max(w.work_ns) AS most_ns, arg_min(w.gpu_id, w.work_ns) AS least_gpu_id, min(w.work_ns) AS least_ns
FROM work AS w, most AS m
HAVING count(*) > 1 AND min(w.work_ns) < 0.95 * max(w.work_ns)
