-- One row per synchronization that CUPTI recorded; unordered (sort by start_ns).
--
-- kind            VARCHAR  -   kind of synchronization: Event, Stream wait, Stream, Context or Unknown
-- start_ns        BIGINT   ns  start of the synchronization
-- end_ns          BIGINT   ns  end of the synchronization
-- duration_ns     BIGINT   ns  end_ns - start_ns
-- device_id       BIGINT   -   CUDA device ordinal within its process
-- stream_id       BIGINT   -   CUDA stream ID
-- process_id      BIGINT   -   key of the process (nsys's globalPid)
-- correlation_id  BIGINT   -   ID of the API call that waited, unique only within its process
SELECT
    CASE syncType WHEN 1 THEN 'Event' WHEN 2 THEN 'Stream wait' WHEN 3 THEN 'Stream' WHEN 4 THEN 'Context'
        ELSE 'Unknown' END AS kind,
    start AS start_ns,
    "end" AS end_ns,
    "end" - start AS duration_ns,
    deviceId AS device_id,
    streamId AS stream_id,
    globalPid AS process_id,
    correlationId AS correlation_id
FROM loaded.CUPTI_ACTIVITY_KIND_SYNCHRONIZATION
