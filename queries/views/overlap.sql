-- One row per GPU that ran communication: how much of it other work hides; ordered by gpu_id. One GPU at a time: what
-- computes on another GPU hides nothing here.
--
-- gpu_id            BIGINT   -      the GPU
-- communication_ns  BIGINT   ns     time in which communication runs
-- hidden_ns         BIGINT   ns     of that, time in which something computes there too
-- exposed_ns        BIGINT   ns     of that, time in which nothing computes there
-- hidden_ratio      DOUBLE   ratio  hidden_ns over communication_ns
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
