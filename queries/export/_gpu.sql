-- One row per process and device ordinal that worked: the GPU behind it.
-- unstored: an export joins it with each part of the operations.
SELECT DISTINCT process_id, device_id, gpu_id FROM _gpu_operation
