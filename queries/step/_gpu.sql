-- One row per process and device ordinal in the process, with the GPU.
-- materialized: one pass over all operations. Otherwise, each query on kernels would join all operations.
SELECT DISTINCT process_id, device_id, gpu_id FROM _gpu_operation
