-- One row per process and device ordinal with GPU operations: the physical GPU.
-- unstored: an export joins each chunk of the operations with it.
SELECT DISTINCT process_id, device_id, gpu_id FROM _gpu_operation
