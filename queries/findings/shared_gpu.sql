-- One row per GPU that several processes use, ordered by GPU number.
--
-- title: Several processes on one GPU
-- sentence: {process_count} processes run operations on GPU {gpu_id}. Without MPS, they take turns, so while one
--    process appears idle, another may be using the GPU.
-- advice: Analyze the processes as ranks (`nsys-tools analyze --ranks TRACE`), and consider NVIDIA MPS or one process
--    per GPU.
-- certainty: certain
-- stake: none
-- docs: https://docs.nvidia.com/deploy/mps/index.html
-- table: process
--
-- at_stake_ns    BIGINT  ns     NULL, because the trace does not show how long one process waits for another
-- gpu_id         BIGINT  -      GPU
-- process_count  BIGINT  count  number of processes with operations on the GPU
SELECT NULL::BIGINT AS at_stake_ns, gpu_id, count(DISTINCT process_id) AS process_count
FROM step__gpu
GROUP BY gpu_id
HAVING count(DISTINCT process_id) > 1
ORDER BY gpu_id
