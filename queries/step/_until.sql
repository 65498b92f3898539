-- One row per GPU and instant at which a step begins or ends: how long the GPU had been busy until then, in all ways that
-- step tells apart.
-- materialized: one pass over all operations.
--
-- What all operations cover that started before an instant is the sum of what each adds to those before it. Of that, the
-- part beyond the instant is one interval, up to the latest end, since all of them have started; it is subtracted.
WITH added AS (
    SELECT c.gpu_id, i.at_ns, c.end_ns, c.is_compute, c.is_communication,
        greatest(c.end_ns - greatest(c.start_ns, coalesce(c.covered_ns, c.start_ns)), 0) AS busy_ns,
        CASE WHEN c.is_compute
            THEN greatest(c.end_ns - greatest(c.start_ns, coalesce(c.compute_ns, c.start_ns)), 0) ELSE 0 END
            AS compute_ns,
        CASE WHEN c.is_communication
            THEN greatest(c.end_ns - greatest(c.start_ns, coalesce(c.communication_ns, c.start_ns)), 0) ELSE 0 END
            AS communication_ns,
        CASE WHEN c.is_compute OR c.is_communication
            THEN greatest(c.end_ns - greatest(c.start_ns, coalesce(c.either_ns, c.start_ns)), 0) ELSE 0 END
            AS either_ns
    FROM step__covered AS c
    -- The first instant after the start of the operation: from there on it counts.
    ASOF LEFT JOIN step__instant AS i ON i.gpu_id = c.gpu_id AND i.at_ns > c.start_ns
),
cell AS (
    SELECT gpu_id, at_ns, sum(busy_ns) AS busy_ns, sum(compute_ns) AS compute_ns,
        sum(communication_ns) AS communication_ns, sum(either_ns) AS either_ns,
        max(end_ns) AS last_ns, max(CASE WHEN is_compute THEN end_ns END) AS last_compute_ns,
        max(CASE WHEN is_communication THEN end_ns END) AS last_communication_ns,
        max(CASE WHEN is_compute OR is_communication THEN end_ns END) AS last_either_ns
    FROM added WHERE at_ns IS NOT NULL
    GROUP BY gpu_id, at_ns
),
total AS (
    SELECT i.gpu_id, i.at_ns,
        coalesce(sum(c.busy_ns) OVER so_far, 0) AS busy_ns, coalesce(sum(c.compute_ns) OVER so_far, 0) AS compute_ns,
        coalesce(sum(c.communication_ns) OVER so_far, 0) AS communication_ns,
        coalesce(sum(c.either_ns) OVER so_far, 0) AS either_ns,
        max(c.last_ns) OVER so_far AS last_ns, max(c.last_compute_ns) OVER so_far AS last_compute_ns,
        max(c.last_communication_ns) OVER so_far AS last_communication_ns,
        max(c.last_either_ns) OVER so_far AS last_either_ns
    FROM step__instant AS i LEFT JOIN cell AS c USING (gpu_id, at_ns)
    WINDOW so_far AS (PARTITION BY i.gpu_id ORDER BY i.at_ns)
)
SELECT gpu_id, at_ns,
    (busy_ns - greatest(coalesce(last_ns, at_ns) - at_ns, 0))::BIGINT AS busy_ns,
    (compute_ns - greatest(coalesce(last_compute_ns, at_ns) - at_ns, 0))::BIGINT AS compute_ns,
    (communication_ns - greatest(coalesce(last_communication_ns, at_ns) - at_ns, 0))::BIGINT AS communication_ns,
    (either_ns - greatest(coalesce(last_either_ns, at_ns) - at_ns, 0))::BIGINT AS either_ns
FROM total
