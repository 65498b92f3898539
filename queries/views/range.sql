-- One row per NVTX range, with its position in the nesting of ranges; unordered (sort by start_ns).
--
-- range_id      BIGINT   -   key of the range
-- name          VARCHAR  -   name as recorded; '' if the trace contains none
-- label         VARCHAR  -   rolled-up name, without the parts that differ between instances (op_id, sequence numbers
--                            and layer numbers)
-- domain        VARCHAR  -   NVTX domain; NULL for the default domain
-- style         VARCHAR  -   push/pop or start/end
-- start_ns      BIGINT   ns  start on the CPU
-- end_ns        BIGINT   ns  end on the CPU, or the end of the trace if the range was never closed
-- duration_ns   BIGINT   ns  wall time: end_ns - start_ns
-- is_open       BOOLEAN  -   whether the range was never closed
-- thread_id     BIGINT   -   thread that opened the range (nsys's globalTid)
-- process_id    BIGINT   -   key of the process (nsys's globalPid)
-- parent_id     BIGINT   -   innermost range that encloses this range; NULL for an outermost range
-- depth         INTEGER  -   number of enclosing ranges
-- path          VARCHAR  -   names from the outermost range inward, separated by /
-- rolled_path   VARCHAR  -   path built from labels instead of names; identical for all ranges opened at the same place
--                            in the program
SELECT
    r.range_id, n.name, n.label, d.name AS domain,
    CASE WHEN r.is_start_end THEN 'start/end' ELSE 'push/pop' END AS style,
    r.start_ns, r.end_ns, r.end_ns - r.start_ns AS duration_ns, r.is_open,
    r.thread_id, r.thread_id & -16777216 AS process_id,
    p.parent_id, t.depth, a.path, t.rolled_path
FROM _range AS r
LEFT JOIN _range_name AS n USING (range_id)
LEFT JOIN _range_parent AS p USING (range_id)
LEFT JOIN _range_path AS t USING (range_id)
LEFT JOIN _recorded_path AS a USING (range_id)
LEFT JOIN _domain AS d ON d.process_id = r.thread_id & -16777216 AND d.domain_id = r.domain_id
