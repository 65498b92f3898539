-- One row per GPU that has tensor cores but runs matrix multiplications in FP32 on CUDA cores, ordered by at_stake_ns,
-- largest first.
--
-- title: FP32 matrix multiplications without tensor cores
-- sentence: {instance_count} FP32 matrix multiplications run on CUDA cores and take {sum_ns}, which is {share_ratio} of
--    the kernel time on GPU {gpu_id}. {subject} takes the most time.
-- advice: Run matrix multiplications in BF16 or FP16 (autocast, `model.to(torch.bfloat16)`), or allow TF32 with
--    `torch.set_float32_matmul_precision('high')`. Check the accuracy of the result.
-- plain: Matrix multiplications take {sum_ns} in a number format for which the GPU has no fast units. They would run
--    several times faster in a shorter format.
-- certainty: certain
-- stake: kernel
-- needs: kernels
-- docs: https://docs.pytorch.org/docs/stable/notes/cuda.html#tensorfloat-32-tf32-on-ampere-and-later-devices
-- table: kernel_summary
--
-- at_stake_ns     BIGINT   ns     sum_ns minus the time that the same FLOPs take at the dense TF32 peak (or the FP16
--                                 peak below compute capability 8.0); all of sum_ns if the peaks are unknown
-- subject         VARCHAR  -      label of the matrix multiplication that takes the most time
-- gpu_id          BIGINT   -      GPU
-- instance_count  BIGINT   count  number of FP32 matrix multiplications
-- sum_ns          BIGINT   ns     total duration of these kernels
-- share_ratio     DOUBLE   ratio  sum_ns divided by the total duration of all kernels on the GPU
WITH product AS (
    SELECT s.gpu_id, sum(s.instance_count)::BIGINT AS instance_count, sum(s.sum_ns)::BIGINT AS sum_ns,
        arg_max(s.name_id, s.sum_ns) AS name_id
    FROM kernel__shape AS s JOIN shape__dtype AS t USING (name_id)
    WHERE t.dtype = 'fp32' AND s.class = 'gemm'
    GROUP BY s.gpu_id
),
speed AS (
    SELECT g.gpu_id, min(g.compute_capability) AS compute_capability,
        max(p.flops_per_s) FILTER (p.dtype = 'fp32') AS scalar_peak,
        coalesce(max(p.flops_per_s) FILTER (p.dtype = 'tf32'), max(p.flops_per_s) FILTER (p.dtype = 'fp16')) AS tensor_peak
    FROM gpu AS g LEFT JOIN gpu_peak AS p ON p.trace_name = g.name OR p.trace_name IS NULL
    GROUP BY g.gpu_id
)
SELECT (f.sum_ns * (1 - coalesce(least(p.scalar_peak / p.tensor_peak, 1), 0)))::BIGINT AS at_stake_ns,
    l.label AS subject, f.gpu_id, f.instance_count, f.sum_ns,
    f.sum_ns / nullif(w.sum_ns, 0) AS share_ratio
FROM product AS f
JOIN (SELECT gpu_id, sum(sum_ns)::BIGINT AS sum_ns FROM kernel__shape GROUP BY gpu_id) AS w USING (gpu_id)
LEFT JOIN speed AS p USING (gpu_id)
LEFT JOIN kernel__labeled AS l ON l.name_id = f.name_id
WHERE coalesce(try_cast(p.compute_capability AS DOUBLE), 8) >= 7
ORDER BY at_stake_ns DESC, f.gpu_id
