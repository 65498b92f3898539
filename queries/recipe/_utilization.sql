-- One row per process, GPU and bin of time: how much of it kernels run, in percent; NULL where nothing was recorded.
WITH piece AS (FROM recipe__cut_any_kernel),
session AS (
    SELECT coalesce(s.utc_ns - a.first_utc_ns, 0) AS first_ns,
        coalesce(s.utc_ns - a.first_utc_ns, 0) + s.duration_ns AS last_ns
    FROM recipe__session AS s, recipe__asked AS a
),
binned AS (
    SELECT r.part.pid AS pid, r.part.device_id AS device_id, r.part.kind AS kind, r.bin, w.width_ns, r.running_ns,
        s.first_ns, s.last_ns, s.first_ns // w.width_ns AS first_bin, s.last_ns // w.width_ns AS last_bin
    FROM running_by_bin(piece) AS r, session AS s,
        (SELECT any_value(width_ns) AS width_ns FROM recipe__shifted_kernel) AS w
)
SELECT pid, device_id, kind, bin, bin * width_ns AS bin_start_ns,
    -- The session covers a part of its first and of its last bin; what lies outside of it is unknown. As in NVIDIA's
    -- recipe, a session that begins where a bin begins, and ends in the same, counts as if it covered all of that.
    CASE WHEN bin BETWEEN first_bin AND last_bin THEN round(100.0 * running_ns / nullif(
        CASE WHEN bin = first_bin AND first_ns % width_ns <> 0 THEN least((bin + 1) * width_ns, last_ns) - first_ns
            WHEN bin = last_bin AND bin > first_bin AND last_ns % width_ns <> 0 THEN last_ns - last_bin * width_ns
            ELSE width_ns END, 0), 1) END AS running_percent
FROM binned
