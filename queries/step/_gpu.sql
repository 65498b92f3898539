-- One row per process and device ordinal in it: the GPU.
-- materialized: one pass over all operations, which saves kernels a join with all of them.
SELECT DISTINCT process_id, device_id, gpu_id FROM _gpu_operation
