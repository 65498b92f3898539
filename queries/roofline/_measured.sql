-- One row per innermost stage and innermost module, with the measured time of its GPU operations. Each operation is
-- included once. Its busy time is the GPU time that earlier operations do not already cover, and its idle time is the
-- gap that it ends. The busy and idle times of all rows add up to the spans of all GPUs.
SELECT w.stage, w.is_stage, m.name, min(m.label) AS label, count(DISTINCT m.range_id) AS instance_count,
    count(*) AS operation_count,
    sum(w.end_ns - w.start_ns)::BIGINT AS sum_ns,
    coalesce(sum(added_ns(c.start_ns, c.end_ns, c.covered_ns)), 0)::BIGINT
        AS busy_ns,
    coalesce(sum(g.gap_ns) FILTER (g.cause = 'launch gap'), 0)::BIGINT AS launch_gap_ns,
    coalesce(sum(g.gap_ns) FILTER (g.cause <> 'launch gap'), 0)::BIGINT AS other_idle_ns
FROM stage__owner AS w
LEFT JOIN gpu__covered AS c USING (operation_id)
LEFT JOIN roofline__piece AS m ON m.piece_id = w.piece_id
LEFT JOIN gap_list AS g USING (operation_id)
GROUP BY w.stage, w.is_stage, m.name
