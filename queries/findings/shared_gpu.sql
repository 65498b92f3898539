-- One row per GPU that several processes use; ordered by number.
--
-- title: Several processes on one GPU
-- sentence: {process_count} processes run operations on GPU {gpu_id}. They take turns unless MPS is used, and one
--    process's idle time can be the other's work.
-- advice: Analyze them as ranks (`nsys-tools analyze --ranks TRACE`), and look at NVIDIA MPS or at one process per GPU.
-- certainty: certain
-- stake: none
-- docs: https://docs.nvidia.com/deploy/mps/index.html
-- table: process
--
-- at_stake_ns    BIGINT  ns     NULL: the trace does not tell how long one process waits for another
-- gpu_id         BIGINT  -      the GPU
-- process_count  BIGINT  count  processes with operations on it
SELECT NULL::BIGINT AS at_stake_ns, gpu_id, count(DISTINCT process_id) AS process_count
FROM step__gpu
GROUP BY gpu_id
HAVING count(DISTINCT process_id) > 1
ORDER BY gpu_id
