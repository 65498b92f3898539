-- One row at most: short gaps in which a GPU waits for launches.
--
-- title: Launch gaps
-- sentence: The GPUs were idle for {idle_ns} in {gap_count} gaps because launches came late, {median_gap_ns} each
--    (median). The GPUs are idle {idle_ratio} as long as they are busy. Most of it lies before operations of stage
--    {subject}, {stage_ns}.
-- advice: Launch fewer, larger kernels: CUDA graphs, `torch.compile(mode='reduce-overhead')`, fused operators, a larger
--    batch.
-- plain: The GPU was idle for {idle_ns}, in short breaks ({gap_count!a}, {median_gap_ns} each), most of them in
--    {subject}: the CPU starts every small job (a kernel) by itself and is too slow for that. Start many jobs at once
--    (CUDA graphs), merge small ones (`torch.compile`), or process more inputs together.
-- certainty: likely
-- stake: idle
-- needs: calls
-- unless: launch_bound_step, repeated_sequence
-- docs: https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#cuda-graphs
-- table: stage_gap
--
-- at_stake_ns    BIGINT   ns     idle_ns without what recording the ranges costs, see gap__late
-- subject        VARCHAR  -      the stage whose operations ended the most of it
-- stage_ns       BIGINT   ns     of idle_ns, that of this stage
-- idle_ns        BIGINT   ns     launch gaps that are no CPU work, see gap__late
-- gap_count      BIGINT   count  gaps
-- median_gap_ns  DOUBLE   ns     median gap
-- idle_ratio     DOUBLE   ratio  idle_ns over the busy time of all GPUs
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
