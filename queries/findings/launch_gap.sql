-- At most one row: gaps shorter than 1 ms during which a GPU waits for the CPU to launch work.
--
-- title: Launch gaps
-- sentence: The GPUs were idle for {idle_ns} in {gap_count} gaps, waiting for the CPU to launch work (median
--    {median_gap_ns} per gap). This idle time is {idle_ratio} of the busy time. The largest part of it ({stage_ns})
--    precedes operations in stage {subject}.
-- advice: Reduce launch overhead: use CUDA graphs, `torch.compile(mode='reduce-overhead')`, fused operators, or a
--    larger batch.
-- plain: The GPU was idle for {idle_ns} in short gaps ({gap_count!a}, median {median_gap_ns}). The largest part of this
--    time is in {subject}. The CPU launches each small kernel separately and cannot keep up with the GPU. Launch many
--    kernels at once (CUDA graphs), merge small kernels (`torch.compile`), or process more inputs together.
-- certainty: likely
-- stake: idle
-- needs: calls
-- unless: launch_bound_step, repeated_sequence
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#cuda-graphs
-- table: stage_gap
--
-- at_stake_ns    BIGINT   ns     idle_ns minus the cost of recording the NVTX ranges (see gap__late)
-- subject        VARCHAR  -      stage with the most of this idle time before its operations
-- stage_ns       BIGINT   ns     part of idle_ns before operations in that stage
-- idle_ns        BIGINT   ns     total duration of launch gaps that are not caused by other CPU work (see gap__late)
-- gap_count      BIGINT   count  number of gaps
-- median_gap_ns  DOUBLE   ns     median gap
-- idle_ratio     DOUBLE   ratio  idle_ns divided by the total busy time of all GPUs
WITH by_stage AS (
    SELECT stage, sum(gap_ns)::BIGINT AS ns FROM gap__late WHERE NOT is_cpu_work GROUP BY stage
)
SELECT sum(g.gap_ns - g.recording_ns)::BIGINT AS at_stake_ns,
    (SELECT arg_max(stage, ns) FROM by_stage) AS subject, (SELECT max(ns) FROM by_stage) AS stage_ns,
    sum(g.gap_ns)::BIGINT AS idle_ns, count(*) AS gap_count, median(g.gap_ns) AS median_gap_ns,
    sum(g.gap_ns) / nullif((SELECT sum(busy_ns) FROM gpu_summary), 0) AS idle_ratio
FROM gap__late AS g
WHERE NOT g.is_cpu_work
HAVING count(*) > 0
