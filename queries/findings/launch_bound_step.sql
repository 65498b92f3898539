-- One row per phase whose steps wait for launches, ordered by at_stake_ns, largest first.
--
-- title: Launch-bound steps
-- sentence: During {subject} steps, the GPU is idle for {share_ratio} of the time because it waits for the CPU to
--    launch work. This costs {median_ns} per step (median), or {idle_ns} in total across {step_count} steps.
-- advice: Reduce launch overhead: use CUDA graphs, `torch.compile(mode='reduce-overhead')`, fused operators, or a
--    larger batch.
-- plain: The GPU is idle for {share_ratio} of each step because the CPU submits work too slowly. Submit many jobs at
--    once (CUDA graphs), merge small jobs, or process more inputs together.
-- certainty: likely
-- stake: idle
-- needs: steps, calls
-- unless: repeated_sequence
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#cuda-graphs
-- table: step_budget
--
-- at_stake_ns  BIGINT   ns     idle_ns minus the cost of recording the NVTX ranges (see gap__late)
-- subject      VARCHAR  -      phase
-- step_count   BIGINT   count  number of steps
-- idle_ns      BIGINT   ns     total duration of the launch gaps below 1 ms in these steps
-- median_ns    DOUBLE   ns     median launch gap time per step, for the GPU with the largest median
-- share_ratio  DOUBLE   ratio  idle_ns divided by the wall time of these steps
SELECT (f.idle_ns * (1 - f.recorded_ratio))::BIGINT AS at_stake_ns, f.phase AS subject, f.step_count,
    f.idle_ns, f.median_ns, f.share_ratio
FROM step__launch_bound AS f
WHERE f.share_ratio > 0.2
ORDER BY at_stake_ns DESC, subject
