-- One row per copy: the CUDA devices that it reads and writes; NULL where the trace does not tell.
SELECT (row_id << 2) | 1 AS operation_id, srcDeviceId AS source_id, dstDeviceId AS destination_id
FROM loaded.CUPTI_ACTIVITY_KIND_MEMCPY
