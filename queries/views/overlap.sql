-- One row per GPU that ran communication, with the part of its communication that is hidden by compute, ordered by
-- gpu_id. Each GPU is considered separately: compute on another GPU does not hide communication.
--
-- gpu_id            BIGINT   -      GPU number
-- communication_ns  BIGINT   ns     time during which communication runs
-- hidden_ns         BIGINT   ns     part of communication_ns during which the same GPU also computes
-- exposed_ns        BIGINT   ns     part of communication_ns during which the GPU does not compute
-- hidden_ratio      DOUBLE   ratio  hidden_ns / communication_ns
WITH covered AS (
    SELECT gpu_id, sum(communication_ns)::BIGINT AS communication_ns, sum(either_ns) - sum(compute_ns) AS exposed_ns
    FROM (SELECT gpu_id, communication_ns, either_ns, coalesce(compute_ns, 0) AS compute_ns FROM step__cell)
    GROUP BY gpu_id
)
SELECT gpu_id, communication_ns, (communication_ns - exposed_ns)::BIGINT AS hidden_ns, exposed_ns::BIGINT AS exposed_ns,
    (communication_ns - exposed_ns) / communication_ns AS hidden_ratio
FROM covered
WHERE communication_ns > 0
ORDER BY gpu_id
