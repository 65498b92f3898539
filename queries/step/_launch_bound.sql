-- One row per phase, with the launch gaps in its steps and the number of steps that run the most common number of
-- kernels.
-- unstored: read by three findings.
WITH gap AS (
    SELECT phase, sum(step_count)::BIGINT AS step_count, sum(sum_ns)::BIGINT AS idle_ns, max(median_ns) AS median_ns
    FROM step_budget WHERE term = 'launch_bound' GROUP BY phase
),
whole AS (
    SELECT phase, sum(wall_ns)::BIGINT AS wall_ns, mode(kernel_count) AS kernels_per_step
    FROM step GROUP BY phase
)
SELECT w.phase, g.step_count, g.idle_ns, g.median_ns, g.idle_ns / nullif(w.wall_ns, 0) AS share_ratio,
    w.kernels_per_step,
    coalesce((SELECT sum(recording_ns) / sum(gap_ns) FROM gap__late), 0) AS recorded_ratio,
    (SELECT count(*) FROM step AS s WHERE s.phase = w.phase AND s.kernel_count = w.kernels_per_step) AS alike_count
FROM whole AS w JOIN gap AS g USING (phase)
