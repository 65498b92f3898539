-- One row at most: times longer than 500 ms in which a GPU is idle, the limit of NVIDIA's rule gpu_gaps.
--
-- title: Long gaps
-- sentence: GPU {gpu_id} was idle {gap_count!a} for more than 500 ms, {at_stake_ns} in all. The longest lasts
--    {longest_ns} and begins at {start_ns} of the trace.
-- advice: Look at what the CPU does then (`--sample=process-tree`). Move loading and setup out of the recording with
--    `--capture-range` if they are not of interest.
-- plain: The GPU was idle {gap_count!a} for more than half a second, {at_stake_ns} in all.
-- certainty: certain
-- stake: idle
-- within: cpu_work, cuda_api_sync, synchronization
-- docs: https://docs.nvidia.com/nsight-systems/AnalysisGuide/index.html
-- table: gap_list
--
-- at_stake_ns  BIGINT  ns     these gaps
-- gpu_id       BIGINT  -      the GPU with the longest
-- gap_count    BIGINT  count  gaps
-- longest_ns   BIGINT  ns     the longest
-- start_ns     BIGINT  ns     its start
SELECT sum(gap_ns)::BIGINT AS at_stake_ns, arg_max(gpu_id, gap_ns) AS gpu_id, count(*) AS gap_count,
    max(gap_ns) AS longest_ns, arg_max(start_ns, gap_ns) AS start_ns
FROM gap_list WHERE gap_ns > 500000000
HAVING count(*) > 0
