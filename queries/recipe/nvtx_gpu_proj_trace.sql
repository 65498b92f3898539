-- One row per file and NVTX range that holds GPU operations, and one per thread for those outside of all
-- ranges; ordered by file and range_id, those outside first.
-- over: ranks
--
-- file_number        BIGINT   -      number of the file, from 0
-- file               VARCHAR  -      name of the file
-- name               VARCHAR  -      domain and name; NULL: outside of all
-- projected_ns       BIGINT   ns     first start of its operations
-- projected_span_ns  BIGINT   ns     from there to their last end
-- start_ns           BIGINT   ns     opened, on the CPU
-- duration_ns        BIGINT   ns     wall time
-- style              VARCHAR  -      PushPop or StartEnd
-- pid                BIGINT   -      number of the process
-- tid                BIGINT   -      number of the thread
-- operation_count    BIGINT   count  kernels, copies and memsets launched in it
-- level              INTEGER  -      such ranges around it
-- child_count        BIGINT   count  such ranges right inside
-- range_id           BIGINT   -      the range: its row in nsys's table
-- parent_id          BIGINT   -      the range right around it
-- stack              VARCHAR  -      ranges from the outermost in
--
-- nsys: file = File
-- nsys: name = Name
-- nsys: projected_ns = Projected Start
-- nsys: projected_span_ns = Projected Duration
-- nsys: start_ns = Orig Start
-- nsys: duration_ns = Orig Duration
-- nsys: style = Style
-- nsys: pid = PID
-- nsys: tid = TID
-- nsys: operation_count = NumGPUOps
-- nsys: level = Lvl
-- nsys: child_count = NumChild
-- nsys: range_id = RangeId
-- nsys: parent_id = ParentId
-- nsys: stack = RangeStack
SELECT
    f.file_number, f.file, t.name, t.projected_ns, t.projected_span_ns, t.start_ns, t.duration_ns, t.style, t.pid,
    t.tid, t.operation_count, t.level, t.child_count, t.range_id, t.parent_id, t.stack
FROM stats_nvtx_gpu_proj_trace AS t JOIN recipe__file AS f USING (rank)
ORDER BY f.file_number, t.range_id NULLS FIRST, t.projected_ns, t.pid, t.tid
