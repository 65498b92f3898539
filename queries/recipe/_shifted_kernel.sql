-- One row per kernel, with its interval on the clock of the first session, and with the time bins.
SELECT k.operation_id, pid_of(k.process_id) AS pid, k.device_id, k.start_ns AS own_start_ns, k.end_ns AS own_end_ns,
    k.start_ns + coalesce(s.utc_ns - a.first_utc_ns, 0) AS start_ns,
    k.end_ns + coalesce(s.utc_ns - a.first_utc_ns, 0) AS end_ns,
    0 AS origin_ns,
    -- Without recipe settings, the bins cover this trace alone.
    coalesce(a.bin_ns, greatest(ceil(s.duration_ns::DOUBLE / a.bin_count)::BIGINT, 1)) AS width_ns, a.bin_count
FROM _kernel AS k, recipe__session AS s, recipe__asked AS a
WHERE touches(k.start_ns, k.end_ns, a.first_ns, a.last_ns)
