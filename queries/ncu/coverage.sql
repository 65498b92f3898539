-- One row per innermost stage, and one row (all) for the whole trace, with the share of GPU time in kernels that ncu
-- profiled, ordered by gpu_ns, largest first.
--
-- stage          VARCHAR  -      name of the stage, (outside every stage), (unattributed) or (all)
-- gpu_ns         BIGINT   ns     sum of the durations of the stage's GPU operations: kernels, copies, memsets and CUDA
--                                graph runs
-- kernel_count   BIGINT   count  number of kernel executions
-- sum_ns         BIGINT   ns     sum of the durations of these kernels
-- covered_ns     BIGINT   ns     part of sum_ns in kernels for which ncu profiled a launch with the same name, grid and
--                                block
-- covered_ratio  DOUBLE   ratio  covered_ns / gpu_ns
-- named_ns       BIGINT   ns     part of sum_ns in kernels for which ncu profiled a launch with the same name and any
--                                grid and block
-- named_ratio    DOUBLE   ratio  named_ns / gpu_ns
WITH known AS (SELECT DISTINCT name_id, grid_x, grid_y, grid_z, block_x, block_y, block_z FROM ncu__known),
work AS (
    SELECT
        w.stage, k.name_id, k.grid_x, k.grid_y, k.grid_z, k.block_x, k.block_y, k.block_z, count(*) AS kernel_count,
        sum(k.duration_ns) AS sum_ns
    FROM _kernel AS k
    JOIN stage__owner AS w USING (operation_id)
    GROUP BY ALL
),
seen AS (
    SELECT w.stage, w.kernel_count, w.sum_ns AS gpu_ns, w.sum_ns, s.name_id IS NOT NULL AS is_covered,
        n.name_id IS NOT NULL AS is_named
    FROM work AS w
    LEFT JOIN (FROM known WHERE grid_x IS NOT NULL AND block_x IS NOT NULL) AS s
        USING (name_id, grid_x, grid_y, grid_z, block_x, block_y, block_z)
    LEFT JOIN (SELECT DISTINCT name_id FROM known) AS n ON n.name_id = w.name_id
    UNION ALL
    SELECT stage, 0, sum(end_ns - start_ns), 0, false, false
    FROM stage__owner
    WHERE operation_id & 3 <> 0
    GROUP BY stage
)
SELECT coalesce(stage, '(all)') AS stage, sum(gpu_ns)::BIGINT AS gpu_ns, sum(kernel_count)::BIGINT AS kernel_count,
    sum(sum_ns)::BIGINT AS sum_ns,
    coalesce(sum(sum_ns) FILTER (is_covered), 0)::BIGINT AS covered_ns,
    coalesce(sum(sum_ns) FILTER (is_covered), 0) / nullif(sum(gpu_ns), 0) AS covered_ratio,
    coalesce(sum(sum_ns) FILTER (is_named), 0)::BIGINT AS named_ns,
    coalesce(sum(sum_ns) FILTER (is_named), 0) / nullif(sum(gpu_ns), 0) AS named_ratio
FROM seen
GROUP BY GROUPING SETS ((stage), ())
HAVING count(*) > 0
ORDER BY sum(gpu_ns) DESC, stage
