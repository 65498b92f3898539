-- One row: the start and duration of a trace's session. If the duration was not recorded, the session ends when its
-- last kernel ends.
SELECT coalesce(d.recorded_ns, k.last_ns, 0) AS duration_ns, s.utc_ns
FROM (SELECT arg_min(duration, row_id) AS recorded_ns FROM loaded.ANALYSIS_DETAILS) AS d,
    (SELECT max(end_ns) AS last_ns FROM _kernel) AS k,
    (SELECT arg_min(utcEpochNs, row_id) AS utc_ns FROM loaded.TARGET_INFO_SESSION_START_TIME) AS s
