-- One row per CUDA graph execution that was recorded as a whole; unordered. The kernels inside such a graph are not
-- recorded.
--
-- operation_id    BIGINT  -   key, unique among all GPU operations in the trace
-- graph_id        BIGINT  -   ID of the graph
-- graph_exec_id   BIGINT  -   ID of the executable graph
-- start_ns        BIGINT  ns  start on the GPU
-- end_ns          BIGINT  ns  end on the GPU
-- duration_ns     BIGINT  ns  end_ns - start_ns, as recorded
-- device_id       BIGINT  -   CUDA device ordinal within its process
-- context_id      BIGINT  -   CUDA context ID
-- stream_id       BIGINT  -   CUDA stream ID
-- process_id      BIGINT  -   key of the process (nsys's globalPid)
-- correlation_id  BIGINT  -   ID of the launching API call, unique only within its process
SELECT
    (row_id << 2) | 3 AS operation_id,
    graphId AS graph_id,
    graphExecId AS graph_exec_id,
    start AS start_ns,
    "end" AS end_ns,
    "end" - start AS duration_ns,
    deviceId AS device_id,
    contextId AS context_id,
    streamId AS stream_id,
    globalPid AS process_id,
    correlationId AS correlation_id
FROM loaded.CUPTI_ACTIVITY_KIND_GRAPH_TRACE
