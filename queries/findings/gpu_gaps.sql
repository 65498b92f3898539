-- At most one row: gaps of more than 500 ms (the threshold of NVIDIA's gpu_gaps rule) during which a GPU is idle.
--
-- title: Long gaps
-- sentence: GPUs were idle for more than 500 ms {gap_count!a} ({at_stake_ns} in total). The longest gap is on GPU
--    {gpu_id}. It starts {start_ns} into the trace and lasts {longest_ns}.
-- advice: Check what the CPU does during these gaps (`--sample=process-tree`). If loading and setup are not of
--    interest, exclude them from the recording with `--capture-range`.
-- plain: The GPU was idle for more than half a second {gap_count!a} ({at_stake_ns} in total).
-- certainty: certain
-- stake: idle
-- within: cpu_work, cuda_api_sync, synchronization
-- docs: https://docs.nvidia.com/nsight-systems/AnalysisGuide/index.html
-- table: gap_list
--
-- at_stake_ns  BIGINT  ns     total duration of these gaps
-- gpu_id       BIGINT  -      GPU with the longest gap
-- gap_count    BIGINT  count  number of gaps
-- longest_ns   BIGINT  ns     duration of the longest gap
-- start_ns     BIGINT  ns     start of the longest gap
SELECT sum(gap_ns)::BIGINT AS at_stake_ns, arg_max(gpu_id, gap_ns) AS gpu_id, count(*) AS gap_count,
    max(gap_ns) AS longest_ns, arg_max(start_ns, gap_ns) AS start_ns
FROM gap_list WHERE gap_ns > 500000000
HAVING count(*) > 0
