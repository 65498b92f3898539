-- One row per file, process, GPU and time bin with the GPU utilization by all kernels, NCCL kernels and other kernels,
-- ordered by these columns.
-- over: ranks
--
-- file_number      BIGINT   -   file number, starting at 0
-- file             VARCHAR  -   file name
-- bin_start_ns     BIGINT   ns  start of the bin, relative to the start of the first session
-- all_percent      DOUBLE   -   percentage of the bin in which kernels run; NULL if nothing was recorded in the bin
-- nccl_percent     DOUBLE   -   percentage of the bin in which NCCL kernels run; NULL if all_percent is NULL
-- compute_percent  DOUBLE   -   percentage of the bin in which other kernels run; NULL if all_percent is NULL
-- pid              BIGINT   -   process ID
-- device_id        BIGINT   -   CUDA device ordinal in the process
--
-- nsys: file = File
-- nsys: bin_start_ns = Duration
-- nsys: all_percent = All
-- nsys: nccl_percent = NCCL
-- nsys: compute_percent = Compute
-- nsys: pid = PID
-- nsys: device_id = Device ID
SELECT f.file_number, f.file, u.bin_start_ns, max(u.running_percent) FILTER (u.kind = 'All') AS all_percent,
    CASE WHEN all_percent IS NOT NULL THEN coalesce(max(u.running_percent) FILTER (u.kind = 'NCCL'), 0) END
        AS nccl_percent,
    CASE WHEN all_percent IS NOT NULL THEN coalesce(max(u.running_percent) FILTER (u.kind = 'Compute'), 0) END
        AS compute_percent,
    u.pid, u.device_id
FROM recipe__nccl_utilization AS u JOIN recipe__file AS f USING (rank)
GROUP BY f.file_number, f.file, u.pid, u.device_id, u.bin_start_ns
ORDER BY f.file_number, u.pid, u.device_id, u.bin_start_ns
