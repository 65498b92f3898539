-- One row per file and execution of a kernel, in the order of the trace: the pace of an
-- iteration that it delimits. The name is that of the setting name; ordered by file and iteration.
-- over: ranks
--
-- file_number        BIGINT   -   number of the file, from 0
-- file               VARCHAR  -   name of the file
-- place              BIGINT   -   number of the file among those that have any, from 0
-- iteration          BIGINT   -   number in the file, from 0
-- start_ns           BIGINT   ns  start, shifted by how much later than the first the session of the file began
-- end_ns             BIGINT   ns  end, shifted likewise
-- duration_ns        BIGINT   ns  duration
-- delta_ns           BIGINT   ns  from the end of the iteration before to the start; of the first, its start
-- duration_accum_ns  BIGINT   ns  sum of the durations until then
-- delta_accum_ns     BIGINT   ns  sum of delta_ns until then
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
    FROM recipe__kernel_pace AS p JOIN recipe__file AS f USING (rank) JOIN rank AS r USING (rank)
)
FROM pace_by_file(iteration)
ORDER BY file_number, iteration
