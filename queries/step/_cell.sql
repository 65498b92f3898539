-- One row per GPU, instant at which a step begins or ends there (NULL before the first), process and kind: the operations
-- that start from there until the next instant, and what they add to the time that those before them cover.
-- materialized: one pass over all operations.
--
-- Time is covered in four ways: by all operations, by what computes, by communication, and by either of these. Which of the
-- operations that start together comes first changes no sum.
WITH covered AS (
    SELECT gpu_id, process_id, kind, start_ns, end_ns, is_compute, is_communication,
        max(end_ns) OVER earlier AS covered_ns,
        max(CASE WHEN is_compute THEN end_ns END) OVER earlier AS compute_ns,
        max(CASE WHEN is_communication THEN end_ns END) OVER earlier AS communication_ns,
        max(CASE WHEN is_compute OR is_communication THEN end_ns END) OVER earlier AS either_ns
    FROM step__class
    WINDOW earlier AS (PARTITION BY gpu_id ORDER BY start_ns ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT c.gpu_id, i.at_ns, c.process_id, c.kind, count(*) AS operation_count,
    sum(added_ns(start_ns, end_ns, covered_ns)) AS busy_ns,
    sum(added_ns(start_ns, end_ns, compute_ns)) FILTER (is_compute) AS compute_ns,
    sum(added_ns(start_ns, end_ns, communication_ns)) FILTER (is_communication) AS communication_ns,
    sum(added_ns(start_ns, end_ns, either_ns)) FILTER (is_compute OR is_communication) AS either_ns,
    max(end_ns) AS last_ns, max(end_ns) FILTER (is_compute) AS last_compute_ns,
    max(end_ns) FILTER (is_communication) AS last_communication_ns,
    max(end_ns) FILTER (is_compute OR is_communication) AS last_either_ns
FROM covered AS c ASOF LEFT JOIN step__instant AS i ON i.gpu_id = c.gpu_id AND i.at_ns <= c.start_ns
GROUP BY ALL
