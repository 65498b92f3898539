-- One row with a summary of the trace.
-- materialized: one row computed from all operations, calls and ranges.
--
-- origin             VARCHAR  -      synthetic or predicted if the trace was generated; NULL if it was recorded
-- nsys_version       VARCHAR  -      version of nsys that wrote the trace; NULL for nsys versions before 2021
-- schema_version     VARCHAR  -      version of the trace schema; NULL for nsys versions before 2021
-- graph_mode         VARCHAR  -      requested CUDA graph trace mode (Graph or Node); NULL if the trace does not record
--     the mode
-- start_ns           BIGINT   ns     start of the first GPU operation, API call or range
-- end_ns             BIGINT   ns     end of the last GPU operation, API call or range
-- duration_ns        BIGINT   ns     end_ns - start_ns
-- process_count      BIGINT   count  number of processes with GPU operations, API calls or ranges
-- gpu_count          BIGINT   count  number of GPUs that ran at least one operation
-- kernel_count       BIGINT   count  number of kernels
-- kernel_sum_ns      BIGINT   ns     sum of kernel durations
-- copy_count         BIGINT   count  number of copies
-- memset_count       BIGINT   count  number of memsets
-- graph_run_count    BIGINT   count  number of CUDA graph executions that were recorded as a whole
-- graph_run_sum_ns   BIGINT   ns     sum of the durations of these executions
-- operation_count    BIGINT   count  number of GPU operations of all kinds
-- operation_sum_ns   BIGINT   ns     sum of operation durations
-- call_count         BIGINT   count  number of CUDA API calls
-- range_count        BIGINT   count  number of NVTX ranges
-- open_range_count   BIGINT   count  number of NVTX ranges that were never closed
-- backward_count     BIGINT   count  number of GPU operations that end before they start
-- empty_count        BIGINT   count  number of GPU operations with a duration of 0
WITH operation AS (
    SELECT count(*) AS n, sum(duration_ns)::BIGINT AS ns, min(start_ns) AS first, max(end_ns) AS last,
        count(DISTINCT gpu_id) AS gpus,
        count(*) FILTER (kind = 'kernel') AS kernels,
        coalesce(sum(duration_ns) FILTER (kind = 'kernel'), 0)::BIGINT AS kernel_ns,
        count(*) FILTER (kind = 'copy') AS copies,
        count(*) FILTER (kind = 'memset') AS memsets,
        count(*) FILTER (kind = 'graph') AS graphs,
        coalesce(sum(duration_ns) FILTER (kind = 'graph'), 0)::BIGINT AS graph_ns,
        count(*) FILTER (duration_ns < 0) AS backward,
        count(*) FILTER (duration_ns = 0) AS empty
    FROM _gpu_operation
),
call AS (SELECT count(*) AS n, min(start_ns) AS first, max(end_ns) AS last FROM _api_call),
nvtx AS (
    SELECT count(*) AS n, count(*) FILTER (is_open) AS open, min(start_ns) AS first, max(end_ns) AS last FROM _range
),
written AS (
    SELECT name, value FROM loaded.META_DATA_EXPORT UNION ALL SELECT name, value FROM loaded.EXPORT_META_DATA
)
SELECT
    (SELECT nullif(max(value), '') FROM written WHERE name = 'NSYS_TOOLS_ORIGIN') AS origin,
    (SELECT nullif(max(value), '') FROM written WHERE name IN ('EXPORT_PRODUCT_VERSION', 'PRODUCT_VERSION'))
        AS nsys_version,
    (SELECT nullif(max(value), '') FROM written WHERE name IN ('EXPORT_SCHEMA_VERSION', 'SCHEMA_VERSION'))
        AS schema_version,
    (SELECT max(value) FROM loaded.META_DATA_CAPTURE WHERE name LIKE '%CUDA_GRAPH_TRACE_OPTIONS:MODE') AS graph_mode,
    least(operation.first, call.first, nvtx.first) AS start_ns,
    greatest(operation.last, call.last, nvtx.last) AS end_ns,
    greatest(operation.last, call.last, nvtx.last) - least(operation.first, call.first, nvtx.first) AS duration_ns,
    (SELECT count(*) FROM process) AS process_count,
    operation.gpus AS gpu_count,
    operation.kernels AS kernel_count,
    operation.kernel_ns AS kernel_sum_ns,
    operation.copies AS copy_count,
    operation.memsets AS memset_count,
    operation.graphs AS graph_run_count,
    operation.graph_ns AS graph_run_sum_ns,
    operation.n AS operation_count,
    coalesce(operation.ns, 0) AS operation_sum_ns,
    call.n AS call_count,
    nvtx.n AS range_count,
    nvtx.open AS open_range_count,
    operation.backward AS backward_count,
    operation.empty AS empty_count
FROM operation, call, nvtx
