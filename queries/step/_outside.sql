-- One row per process and GPU with steps, with the time from the start of its first operation to the end of its last
-- one, and the part of this time that is outside all steps, measured between the steps. If steps overlap, the steps and
-- this part add up to more than the total.
WITH bounds AS (
    SELECT process_id, gpu_id, min(start_ns) AS first_ns, max(end_ns) AS last_ns FROM _gpu_operation
    WHERE end_ns >= start_ns GROUP BY ALL
),
step_edge AS (
    SELECT process_id, gpu_id, start_ns, end_ns,
        lag(end_ns) OVER (PARTITION BY process_id, gpu_id ORDER BY start_ns) AS before_ns
    FROM step
)
SELECT b.process_id, b.gpu_id, greatest(b.last_ns, max(e.end_ns)) - b.first_ns AS total_ns,
    (min(e.start_ns) - b.first_ns) + greatest(b.last_ns - max(e.end_ns), 0)
        + sum(greatest(coalesce(e.start_ns - e.before_ns, 0), 0)) AS outside_ns
FROM bounds AS b JOIN step_edge AS e USING (process_id, gpu_id)
GROUP BY b.process_id, b.gpu_id, b.first_ns, b.last_ns
