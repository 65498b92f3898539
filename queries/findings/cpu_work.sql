-- One row per stage whose GPU waits for CPU work other than launches, ordered by at_stake_ns, largest first.
--
-- title: The GPU waits for CPU work
-- sentence: GPUs were idle for {at_stake_ns} in total ({gap_count!a}, at least {shortest_ns} each time) before
--    operations in stage {subject}. The launching thread was not waiting for the GPU. The CPU was busy with other work.
-- advice: Do this CPU work (loading, preprocessing, tokenizing, sampling) ahead of time or on another thread, so that
--    it overlaps GPU work. To see what the CPU does, record with `--sample=process-tree`.
-- plain: The GPU was idle for {at_stake_ns} in total ({gap_count!a}) before work in {subject} while the CPU was busy
--    with other work. Read and prepare inputs ahead of time, or on another CPU thread.
-- certainty: likely
-- stake: idle
-- needs: calls
-- docs: https://docs.nvidia.com/nsight-systems/UserGuide/index.html
-- table: stage_gap
--
-- at_stake_ns  BIGINT   ns     idle time before operations in the stage, in gaps caused by CPU work (see gap__late)
-- subject      VARCHAR  -      stage
-- gap_count    BIGINT   count  number of gaps
-- shortest_ns  BIGINT   ns     shortest of these gaps
SELECT sum(gap_ns)::BIGINT AS at_stake_ns, stage AS subject, count(*) AS gap_count, min(gap_ns) AS shortest_ns
FROM gap__late
WHERE is_cpu_work
GROUP BY stage
ORDER BY at_stake_ns DESC, subject
