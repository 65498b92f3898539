-- One row per kernel of a typical step, with one typical step per phase, ordered by phase and position. The typical
-- step is the step whose wall time is closest to the median for its phase, process and GPU. If several steps are
-- equally close, the first one is used. If the trace has no steps, the first 3,000 kernels of the GPU with the most
-- kernels are listed.
-- materialized: the result is small and is the same for every comparison.
--
-- phase     VARCHAR  -  prefill, decode, mixed, train, or other; NULL if the trace has no steps
-- position  BIGINT   -  position of the kernel in the step, by start time, starting at 1
-- name      VARCHAR  -  demangled name with template arguments
-- detail    VARCHAR  -  grid and block sizes
-- class     VARCHAR  -  kernel class (see kernel_rule); other if no rule matches
WITH middle AS (
    SELECT *, abs(wall_ns - median(wall_ns) OVER (PARTITION BY phase, process_id, gpu_id)) AS off_ns FROM step
),
typical AS (
    SELECT phase, process_id, gpu_id, start_ns, end_ns, NULL::BIGINT AS most
    FROM middle
    QUALIFY row_number() OVER (PARTITION BY phase ORDER BY off_ns, process_id, gpu_id, start_ns) = 1
    UNION ALL
    SELECT NULL, process_id, gpu_id, 0, 9223372036854775807, 3000
    FROM (
        SELECT process_id, gpu_id, count(*) AS n FROM step__class WHERE kind = 'kernel' GROUP BY ALL
        ORDER BY n DESC, process_id, gpu_id LIMIT 1
    )
    WHERE NOT EXISTS (FROM step)
),
placed AS (
    SELECT t.phase, t.most, k.name_id, k.grid_x, k.grid_y, k.grid_z, k.block_x, k.block_y, k.block_z,
        row_number() OVER (PARTITION BY t.phase ORDER BY k.start_ns, k.operation_id) AS position
    FROM typical AS t
    JOIN step__gpu AS g ON g.process_id = t.process_id AND g.gpu_id = t.gpu_id
    JOIN _kernel AS k ON k.process_id = t.process_id AND k.device_id IS NOT DISTINCT FROM g.device_id
        AND k.start_ns >= t.start_ns AND k.start_ns < t.end_ns
)
SELECT p.phase, p.position, coalesce(n.name, '(no name)') AS name,
    launch_text(grid_x, grid_y, grid_z, block_x, block_y, block_z) AS detail, c.class
FROM placed AS p
LEFT JOIN _kernel_name AS n USING (name_id)
LEFT JOIN kernel__class AS c USING (name_id)
WHERE p.most IS NULL OR p.position <= p.most
ORDER BY p.phase, p.position
