-- One row per phase, with the launch gaps in its steps that are not CPU work (see gap__late) and the number of steps that
-- run the most common number of kernels.
-- unstored: read by three findings.
WITH waiting AS (
    SELECT s.phase, s.process_id, s.gpu_id, coalesce(i.idle_ns - i.long_ns, 0) AS ns
    FROM step AS s LEFT JOIN (FROM step__idle WHERE term = 'launch_bound') AS i USING (step_id)
),
gap AS (
    SELECT phase, sum(step_count)::BIGINT AS step_count, sum(ns)::BIGINT AS idle_ns, max(median_ns) AS median_ns
    FROM (
        SELECT phase, process_id, gpu_id, count(*) AS step_count, sum(ns) AS ns, median(ns) AS median_ns
        FROM waiting GROUP BY phase, process_id, gpu_id
    )
    GROUP BY phase
),
whole AS (
    SELECT phase, sum(wall_ns)::BIGINT AS wall_ns, mode(kernel_count) AS kernels_per_step
    FROM step GROUP BY phase
)
SELECT w.phase, g.step_count, g.idle_ns, g.median_ns, g.idle_ns / nullif(w.wall_ns, 0) AS share_ratio,
    w.kernels_per_step,
    coalesce((SELECT sum(recording_ns) / sum(gap_ns) FROM gap__late WHERE NOT is_cpu_work), 0) AS recorded_ratio,
    (SELECT count(*) FROM step AS s WHERE s.phase = w.phase AND s.kernel_count = w.kernels_per_step) AS alike_count
FROM whole AS w JOIN gap AS g USING (phase)
