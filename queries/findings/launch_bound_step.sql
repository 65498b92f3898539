-- One row per phase whose steps wait for launches; ordered by at_stake_ns, largest first.
--
-- title: Launch-bound steps
-- sentence: The GPU is idle for {share_ratio} of the time of {subject} steps because launches come late: {median_ns}
--    per step (median), {idle_ns} in {step_count} steps.
-- advice: Launch fewer, larger kernels: CUDA graphs, `torch.compile(mode='reduce-overhead')`, fused operators, a larger
--    batch.
-- plain: For {share_ratio} of each step the GPU is idle, because the CPU is too slow in handing over work. Start many
--    jobs at once (CUDA graphs), merge small ones, or process more inputs together.
-- certainty: likely
-- stake: idle
-- needs: steps, calls
-- unless: repeated_sequence
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#cuda-graphs
-- table: step_budget
--
-- at_stake_ns  BIGINT   ns     idle_ns without what recording the ranges costs, see gap__late
-- subject      VARCHAR  -      the phase
-- step_count   BIGINT   count  steps
-- idle_ns      BIGINT   ns     launch gaps in these steps
-- median_ns    DOUBLE   ns     launch gaps per step, median over steps of the GPU with the most
-- share_ratio  DOUBLE   ratio  idle_ns over the wall time of these steps
SELECT (f.idle_ns * (1 - f.recorded_ratio))::BIGINT AS at_stake_ns, f.phase AS subject, f.step_count,
    f.idle_ns, f.median_ns, f.share_ratio
FROM step__launch_bound AS f
WHERE f.share_ratio > 0.2
ORDER BY at_stake_ns DESC, subject
