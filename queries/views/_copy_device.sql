-- One row per copy, with the CUDA devices that it reads from and writes to, or NULL if the trace does not contain them.
SELECT (row_id << 2) | 1 AS operation_id, srcDeviceId AS source_id, dstDeviceId AS destination_id
FROM loaded.CUPTI_ACTIVITY_KIND_MEMCPY
