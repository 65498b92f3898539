-- One row per GPU and instant at which a step begins or ends, with the cumulative busy time of the GPU up to this
-- instant, for each of the four sets of operations in step__cell.
-- materialized: small, and joined twice by step.
--
-- The time covered by all operations that started before an instant is the sum of the time that each of them adds to
-- the earlier ones. The part of this time after the instant is a single interval that lasts until the latest end,
-- because all of these operations have already started. This part is subtracted.
WITH cell AS (
    SELECT gpu_id, at_ns, sum(busy_ns) AS busy_ns, sum(compute_ns) AS compute_ns,
        sum(communication_ns) AS communication_ns, sum(either_ns) AS either_ns,
        max(last_ns) AS last_ns, max(last_compute_ns) AS last_compute_ns,
        max(last_communication_ns) AS last_communication_ns, max(last_either_ns) AS last_either_ns
    FROM step__cell GROUP BY gpu_id, at_ns
),
place AS (
    SELECT gpu_id, at_ns FROM step__instant
    UNION ALL
    SELECT DISTINCT gpu_id, NULL FROM step__instant
),
total AS (
    SELECT p.gpu_id, p.at_ns,
        coalesce(sum(c.busy_ns) OVER earlier, 0) AS busy_ns, coalesce(sum(c.compute_ns) OVER earlier, 0) AS compute_ns,
        coalesce(sum(c.communication_ns) OVER earlier, 0) AS communication_ns,
        coalesce(sum(c.either_ns) OVER earlier, 0) AS either_ns,
        max(c.last_ns) OVER earlier AS last_ns, max(c.last_compute_ns) OVER earlier AS last_compute_ns,
        max(c.last_communication_ns) OVER earlier AS last_communication_ns,
        max(c.last_either_ns) OVER earlier AS last_either_ns
    FROM place AS p LEFT JOIN cell AS c ON c.gpu_id = p.gpu_id AND c.at_ns IS NOT DISTINCT FROM p.at_ns
    -- Operations that start at or after an instant do not contribute to the coverage before it.
    WINDOW earlier AS (
        PARTITION BY p.gpu_id ORDER BY p.at_ns NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
)
SELECT gpu_id, at_ns,
    (busy_ns - greatest(coalesce(last_ns, at_ns) - at_ns, 0))::BIGINT AS busy_ns,
    (compute_ns - greatest(coalesce(last_compute_ns, at_ns) - at_ns, 0))::BIGINT AS compute_ns,
    (communication_ns - greatest(coalesce(last_communication_ns, at_ns) - at_ns, 0))::BIGINT AS communication_ns,
    (either_ns - greatest(coalesce(last_either_ns, at_ns) - at_ns, 0))::BIGINT AS either_ns
FROM total
WHERE at_ns IS NOT NULL
