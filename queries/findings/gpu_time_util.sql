-- At most one row: chunks of low GPU utilization. As in NVIDIA's gpu_time_util rule, the time between the first and
-- last operation on a GPU is divided into 30 chunks. A chunk is included if the GPU is idle for more than half of it.
--
-- title: Low GPU utilization
-- sentence: If each GPU's run is split into 30 equal chunks, the GPU is idle for more than half of the time in
--    {chunk_count} of the chunks. Idle time in these chunks adds up to {at_stake_ns}. The first of these chunks is
--    on GPU {gpu_id} and starts {start_ns} into the trace.
-- advice: In the timeline, look at these chunks first.
-- plain: If each GPU's run is split into 30 equal parts, the GPU is idle for more than half of the time in
--    {chunk_count} of these parts.
-- certainty: certain
-- stake: idle
-- unless: gpu_gaps, launch_gap, launch_bound_step, repeated_sequence, cpu_work, cuda_api_sync, synchronization
-- docs: https://docs.nvidia.com/nsight-systems/AnalysisGuide/index.html
-- table: gap_list
--
-- at_stake_ns  BIGINT  ns     idle time in these chunks
-- gpu_id       BIGINT  -      GPU of the first chunk
-- chunk_count  BIGINT  count  number of such chunks, across all GPUs
-- start_ns     BIGINT  ns     start of the first chunk
WITH extent AS (
    SELECT gpu_id, min(start_ns) AS first_ns, greatest(ceil((max(end_ns) - min(start_ns)) / 30), 1)::BIGINT AS chunk_ns
    FROM gpu__covered GROUP BY gpu_id
),
piece AS (
    SELECT e.gpu_id, e.first_ns, e.chunk_ns, g.start_ns, g.end_ns,
        unnest(range((g.start_ns - e.first_ns) // e.chunk_ns, (g.end_ns - 1 - e.first_ns) // e.chunk_ns + 1)) AS chunk
    FROM gap_list AS g JOIN extent AS e USING (gpu_id)
),
chunk AS (
    SELECT gpu_id, first_ns + chunk * chunk_ns AS start_ns, any_value(chunk_ns) AS chunk_ns,
        sum(least(end_ns, first_ns + (chunk + 1) * chunk_ns) - greatest(start_ns, first_ns + chunk * chunk_ns)) AS idle_ns
    FROM piece GROUP BY gpu_id, first_ns, chunk, chunk_ns
)
SELECT sum(idle_ns)::BIGINT AS at_stake_ns, arg_min(gpu_id, (start_ns, gpu_id)) AS gpu_id, count(*) AS chunk_count,
    min(start_ns) AS start_ns
FROM chunk WHERE idle_ns > 0.5 * chunk_ns
HAVING count(*) > 0
