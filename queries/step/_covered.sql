-- One row per GPU operation: the instants until which its GPU was covered by those before it: by any, by what computes,
-- by communication, and by either of these. Which of those that start together comes first changes no sum.
SELECT gpu_id, start_ns, end_ns, is_compute, is_communication,
    max(end_ns) OVER earlier AS covered_ns,
    max(CASE WHEN is_compute THEN end_ns END) OVER earlier AS compute_ns,
    max(CASE WHEN is_communication THEN end_ns END) OVER earlier AS communication_ns,
    max(CASE WHEN is_compute OR is_communication THEN end_ns END) OVER earlier AS either_ns
FROM step__class
WINDOW earlier AS (
    PARTITION BY gpu_id ORDER BY start_ns ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
)
