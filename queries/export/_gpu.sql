-- One row per process and device ordinal with GPU operations, with the physical GPU.
-- unstored: exports join it with each chunk of operations.
SELECT DISTINCT process_id, device_id, gpu_id FROM _gpu_operation
