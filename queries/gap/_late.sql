-- One row per launch gap, with the stage of the operation that ended the gap, and whether the gap is too long to be
-- caused by launch overhead alone. An eager framework needs 10 to 500 µs from one kernel to the next. A gap of 1 ms or
-- more is therefore attributed to other CPU work. recording_ns is the part of the gap attributed to recording ranges
-- (see gap__launch).
-- unstored: read by several findings.
SELECT g.gap_ns, w.stage, is_long_gap(g.gap_ns) AS is_cpu_work, least(g.gap_ns, l.recording_ns) AS recording_ns
FROM gap_list AS g JOIN stage__owner AS w USING (operation_id), gap__launch AS l
WHERE g.cause = 'launch gap'
