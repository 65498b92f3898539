-- One row per file, process, GPU and time bin with the GPU utilization by kernels, ordered by these columns.
-- over: ranks
--
-- file_number     BIGINT   -   file number, starting at 0
-- file            VARCHAR  -   file name
-- bin_start_ns    BIGINT   ns  start of the bin, relative to the start of the first session
-- kernel_percent  DOUBLE   -   percentage of the bin in which kernels run; NULL if nothing was recorded in the bin
-- pid             BIGINT   -   process ID
-- device_id       BIGINT   -   CUDA device ordinal in the process
--
-- nsys: file = File
-- nsys: bin_start_ns = Duration
-- nsys: kernel_percent = Kernel
-- nsys: pid = PID
-- nsys: device_id = Device ID
SELECT f.file_number, f.file, u.bin_start_ns, u.running_percent AS kernel_percent, u.pid, u.device_id
FROM recipe__utilization AS u JOIN recipe__file AS f USING (rank)
ORDER BY f.file_number, u.pid, u.device_id, u.bin_start_ns
