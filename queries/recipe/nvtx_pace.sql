-- One row per file and NVTX range named by the `name` setting, ordered by file and iteration. Each range is one
-- iteration.
-- over: ranks
--
-- file_number        BIGINT   -   file number, starting at 0
-- file               VARCHAR  -   file name
-- place              BIGINT   -   index among the files that have rows, starting at 0
-- iteration          BIGINT   -   iteration number in the file, starting at 0
-- start_ns           BIGINT   ns  start time, shifted by the offset of the file's session from the first session
-- end_ns             BIGINT   ns  end time, shifted by the same offset
-- duration_ns        BIGINT   ns  duration
-- delta_ns           BIGINT   ns  time from the end of the previous iteration to the start of this one; for the first
--                                 iteration, its start time
-- duration_accum_ns  BIGINT   ns  cumulative sum of duration_ns
-- delta_accum_ns     BIGINT   ns  cumulative sum of delta_ns
--
-- nsys: file = File
-- nsys: place = Rank
-- nsys: iteration = Iteration
-- nsys: start_ns = start
-- nsys: end_ns = end
-- nsys: duration_ns = duration
-- nsys: delta_ns = delta
-- nsys: duration_accum_ns = duration_accum
-- nsys: delta_accum_ns = delta_accum
WITH iteration AS (
    SELECT f.file_number, f.file, p.number, p.start_ns, p.end_ns, r.session_start_utc_ns AS session_ns
    FROM recipe__range_pace AS p JOIN recipe__file AS f USING (rank) JOIN rank AS r USING (rank)
)
FROM pace_by_file(iteration)
ORDER BY file_number, iteration
