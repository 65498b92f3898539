-- One row per file and NVTX range that contains GPU operations, and one per file and thread for operations outside all
-- ranges, ordered by file and range_id, with operations outside all ranges first.
-- over: ranks
--
-- file_number        BIGINT   -      file number, starting at 0
-- file               VARCHAR  -      file name
-- name               VARCHAR  -      domain and name of the range; NULL for operations outside all ranges
-- projected_ns       BIGINT   ns     start of the first operation on the GPU
-- projected_span_ns  BIGINT   ns     time from projected_ns to the end of the last operation on the GPU
-- start_ns           BIGINT   ns     start of the range on the CPU
-- duration_ns        BIGINT   ns     duration of the range on the CPU
-- style              VARCHAR  -      PushPop or StartEnd
-- pid                BIGINT   -      process ID
-- tid                BIGINT   -      thread ID
-- operation_count    BIGINT   count  number of kernels, copies and memsets launched in the range
-- level              INTEGER  -      number of enclosing ranges with GPU operations
-- child_count        BIGINT   count  number of direct children with GPU operations
-- range_id           BIGINT   -      range ID: row number in nsys's table
-- parent_id          BIGINT   -      range_id of the parent; NULL if there is none
-- stack              VARCHAR  -      range IDs from the outermost range to this one
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
