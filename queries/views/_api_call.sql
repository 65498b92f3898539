-- One row per CUDA API call, with the key of its name.
SELECT
    row_id AS call_id,
    nameId AS name_id,
    start AS start_ns,
    "end" AS end_ns,
    "end" - start AS duration_ns,
    globalTid AS thread_id,
    globalTid & -16777216 AS process_id,
    correlationId AS correlation_id,
    returnValue AS return_code
FROM loaded.CUPTI_ACTIVITY_KIND_RUNTIME
