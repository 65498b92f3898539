-- One row per stage whose GPU waits for work of the CPU that is no launch; ordered by at_stake_ns, largest first.
--
-- title: The GPU waits for CPU work
-- sentence: Before operations of stage {subject} a GPU was idle for {at_stake_ns} ({gap_count!a}, for {shortest_ns} or
--    more), while the launching thread did not wait for it. The CPU was doing something else.
-- advice: Overlap that CPU work (loading, preprocessing, tokenizing, sampling) with the GPU's, on another thread or
--    ahead of time. `--sample=process-tree` shows what it is.
-- plain: Before work of {subject} the GPU was idle for {at_stake_ns} ({gap_count!a}), while the CPU was busy with
--    something else. Load, prepare and read inputs ahead of time, or on another thread of the CPU.
-- certainty: likely
-- stake: idle
-- needs: calls
-- docs: https://docs.nvidia.com/nsight-systems/UserGuide/index.html
-- table: stage_gap
--
-- at_stake_ns  BIGINT   ns     idle time that launches of the stage ended, in gaps that are CPU work, see gap__late
-- subject      VARCHAR  -      the stage
-- gap_count    BIGINT   count  gaps
-- shortest_ns  BIGINT   ns     the shortest of them
SELECT sum(gap_ns)::BIGINT AS at_stake_ns, stage AS subject, count(*) AS gap_count, min(gap_ns) AS shortest_ns
FROM gap__late
WHERE is_cpu_work
GROUP BY stage
ORDER BY at_stake_ns DESC, subject
