-- One row per phase in which nearly all steps launch the same number of kernels and the GPU waits for launches, ordered
-- by at_stake_ns, largest first.
--
-- title: Steps suited to a CUDA graph
-- sentence: {alike_count} of {step_count} {subject} steps each launch exactly {kernels_per_step_count} kernels, one at
--    a time. During {subject} steps, the GPU is idle for {idle_ns} ({share_ratio} of the time) because it waits for the
--    CPU to launch work.
-- advice: Capture the step in a CUDA graph with `torch.cuda.graph` or `torch.compile(mode='reduce-overhead')`. In vLLM,
--    run without `--enforce-eager`. The step must have fixed shapes and must not synchronize.
-- plain: Nearly every step submits {kernels_per_step_count} small jobs to the GPU, one at a time. Between jobs, the GPU
--    is idle for {idle_ns} in total. The jobs can be recorded once and then started together (CUDA graphs).
-- certainty: likely
-- stake: idle
-- needs: steps, calls
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#cuda-graphs
-- table: step_budget
--
-- at_stake_ns             BIGINT   ns     idle_ns minus the cost of recording the NVTX ranges (see gap__late)
-- subject                 VARCHAR  -      phase
-- step_count              BIGINT   count  number of steps
-- alike_count             BIGINT   count  number of steps with the most frequent kernel count
-- kernels_per_step_count  BIGINT   count  most frequent kernel count per step
-- idle_ns                 BIGINT   ns     total duration of the launch gaps below 1 ms in these steps
-- share_ratio             DOUBLE   ratio  idle_ns divided by the wall time of these steps
SELECT (f.idle_ns * (1 - f.recorded_ratio))::BIGINT AS at_stake_ns, f.phase AS subject, f.step_count,
    f.alike_count, f.kernels_per_step AS kernels_per_step_count, f.idle_ns, f.share_ratio
FROM step__launch_bound AS f
WHERE f.step_count >= 10 AND f.kernels_per_step >= 20 AND f.alike_count >= 0.9 * f.step_count AND f.share_ratio > 0.05
ORDER BY at_stake_ns DESC, subject
