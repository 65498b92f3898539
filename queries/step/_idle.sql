-- One row per step and cause of idle time in the step. For synchronization, there is one row per blocking call. A gap
-- ends when an operation starts, and steps begin and end at such instants, so no gap belongs to two steps. A gap that
-- begins before the first step belongs to no step.
-- materialized: small, and read by budget, check and step.
SELECT i.step_id,
    CASE g.cause WHEN 'launch gap' THEN 'launch_bound' WHEN 'synchronization' THEN 'synchronization'
        WHEN 'dependency' THEN 'dependency' ELSE 'rest' END AS term,
    g.blocking_call, count(*) AS gap_count,
    sum(least(g.end_ns, i.end_ns) - greatest(g.start_ns, i.start_ns))::BIGINT AS idle_ns,
    coalesce(sum(least(g.end_ns, i.end_ns) - greatest(g.start_ns, i.start_ns)) FILTER (is_long_gap(g.gap_ns)), 0)::BIGINT
        AS long_ns
FROM gap_list AS g
JOIN (SELECT DISTINCT process_id, gpu_id FROM step__interval) AS p USING (gpu_id)
ASOF JOIN step__interval AS i
    ON i.process_id = p.process_id AND i.gpu_id = p.gpu_id AND i.start_ns <= g.start_ns
WHERE NOT i.is_cut AND g.start_ns < i.end_ns
GROUP BY ALL
