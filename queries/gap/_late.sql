-- One row per launch gap: the stage of the operation that ended it, and whether it is longer than launches explain. An
-- eager framework needs 10 to 500 us from one kernel to the next; 1 ms is other work of the CPU.
-- recording_ns is what the recording of ranges adds to it, at most.
-- unstored: read by several findings.
SELECT g.gap_ns, w.stage, g.gap_ns >= 1000000 AS is_cpu_work, least(g.gap_ns, l.recording_ns) AS recording_ns
FROM gap_list AS g JOIN stage__owner AS w USING (operation_id), gap__launch AS l
WHERE g.cause = 'launch gap'
