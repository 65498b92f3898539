-- One row per phase whose steps launch the same number of kernels and wait for launches; ordered by at_stake_ns,
-- largest first.
--
-- title: Steps that a CUDA graph would hold
-- sentence: {alike_count} of {step_count} {subject} steps launch the same {kernels_per_step_count} kernels one by one.
--    Their GPU is idle for {idle_ns} because launches come late, {share_ratio} of the time of these steps.
-- advice: Capture the step in a CUDA graph (`torch.cuda.graph`, `torch.compile(mode='reduce-overhead')`, in vLLM
--    without `--enforce-eager`). Its shapes have to be fixed, and it may not synchronize.
-- plain: Each step hands the same {kernels_per_step_count} small jobs to the GPU one by one, and the GPU is idle for
--    {idle_ns} in between. They can be recorded once and started together (CUDA graphs).
-- certainty: likely
-- stake: idle
-- needs: steps, calls
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#cuda-graphs
-- table: step_budget
--
-- at_stake_ns             BIGINT   ns     idle_ns without what recording the ranges costs, see gap__late
-- subject                 VARCHAR  -      the phase
-- step_count              BIGINT   count  steps
-- alike_count             BIGINT   count  steps with the most frequent number of kernels
-- kernels_per_step_count  BIGINT   count  that number
-- idle_ns                 BIGINT   ns     launch gaps in these steps
-- share_ratio             DOUBLE   ratio  idle_ns over the wall time of these steps
SELECT (f.idle_ns * (1 - f.recorded_ratio))::BIGINT AS at_stake_ns, f.phase AS subject, f.step_count,
    f.alike_count, f.kernels_per_step AS kernels_per_step_count, f.idle_ns, f.share_ratio
FROM step__launch_bound AS f
WHERE f.step_count >= 10 AND f.kernels_per_step >= 20 AND f.alike_count >= 0.9 * f.step_count AND f.share_ratio > 0.05
ORDER BY at_stake_ns DESC, subject
