-- At most one row: GPUs in one trace with different compute times.
--
-- title: Imbalance between GPUs
-- sentence: GPU {gpu_id} has the most compute time ({most_ns}), and GPU {least_gpu_id} the least ({least_ns}).
--    Because of this imbalance, the other GPUs together lose {at_stake_ns} to idle time and exposed communication.
-- advice: Balance pipeline layers, experts, sequence lengths and batches across the GPUs.
-- plain: The GPUs do not share the work equally. One spends {most_ns} computing, another {least_ns}.
-- certainty: likely
-- stake: idle and communication
-- needs: kernels
-- docs: https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/index.html
-- table: gpu_summary
--
-- at_stake_ns   BIGINT  ns  difference in compute time between gpu_id and each other GPU, capped at the other GPU's
--                           idle time plus exposed communication, summed across GPUs
-- gpu_id        BIGINT  -   GPU with the most compute time
-- most_ns       BIGINT  ns  compute time of gpu_id: busy time minus exposed communication
-- least_gpu_id  BIGINT  -   GPU with the least compute time
-- least_ns      BIGINT  ns  compute time of least_gpu_id
WITH work AS (
    SELECT g.gpu_id, g.busy_ns - coalesce(o.exposed_ns, 0) AS work_ns, g.idle_ns + coalesce(o.exposed_ns, 0) AS free_ns
    FROM gpu_summary AS g LEFT JOIN overlap AS o USING (gpu_id)
),
most AS (SELECT max(work_ns) AS work_ns FROM work)
SELECT sum(least(m.work_ns - w.work_ns, w.free_ns))::BIGINT AS at_stake_ns, arg_max(w.gpu_id, w.work_ns) AS gpu_id,
    max(w.work_ns) AS most_ns, arg_min(w.gpu_id, w.work_ns) AS least_gpu_id, min(w.work_ns) AS least_ns
FROM work AS w, most AS m
HAVING count(*) > 1 AND min(w.work_ns) < 0.95 * max(w.work_ns)
