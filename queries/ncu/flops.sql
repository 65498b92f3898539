-- One row per stage that owns layers of the analytic model, with the model FLOPs and the FLOPs that the hardware
-- executed (as measured by ncu), ordered by matrix_flops, largest first. The result is empty without ncu metrics or
-- without a model.
--
-- stage           VARCHAR  -      name of the stage; only operations and layers for which this is the innermost stage
--                                 are included
-- counted_ratio   DOUBLE   ratio  fraction of the stage's GPU time in kernels for which ncu profiled a launch with the
--                                 same name, grid and block and measured its FLOPs
-- counted_flops   DOUBLE   flops  FLOPs executed by these kernels in tensor cores and other pipes: FLOPs of the
--                                 profiled launch (the mean if there are several) times the number of executions; NULL
--                                 if none were measured
-- hardware_flops  DOUBLE   flops  counted_flops if counted_ratio is at least 0.99; otherwise NULL, because the FLOPs of
--                                 the remaining kernels are unknown
-- matrix_flops    DOUBLE   flops  model FLOPs of the stage's layers, over all executions
-- padding         DOUBLE   -      hardware_flops / matrix_flops; includes padding, recomputation and FLOPs outside
--                                 matrix products
WITH launch AS (
    SELECT launch,
        -- Without a tensor core measurement, it is unknown whether the tensor cores did the work.
        CASE WHEN tensor_flops > 0 THEN tensor_flops + coalesce(scalar_flops, 0) WHEN tensor_flops = 0 THEN scalar_flops END
            AS flops
    FROM ncu_kernel
),
shape AS (
    SELECT n.name_id, n.grid_x, n.grid_y, n.grid_z, n.block_x, n.block_y, n.block_z, avg(c.flops) AS flops
    FROM ncu__known AS n JOIN launch AS c USING (launch)
    WHERE c.flops IS NOT NULL
    GROUP BY ALL
),
counted AS (
    SELECT w.stage, sum(k.duration_ns) AS ns, sum(s.flops) AS flops
    FROM _kernel AS k
    JOIN (SELECT operation_id, stage FROM stage__owner WHERE is_stage) AS w USING (operation_id)
    JOIN shape AS s USING (name_id, grid_x, grid_y, grid_z, block_x, block_y, block_z)
    GROUP BY w.stage
),
stage AS (
    SELECT m.stage, coalesce(c.ns / nullif(m.sum_ns, 0), 0) AS counted_ratio, c.flops AS counted_flops, m.matrix_flops
    FROM roofline_exclusive AS m LEFT JOIN counted AS c USING (stage)
    WHERE m.matrix_flops > 0 AND m.sum_ns > 0 AND EXISTS (SELECT 1 FROM ncu_metric)
)
SELECT stage, counted_ratio, counted_flops,
    CASE WHEN counted_ratio >= 0.99 THEN counted_flops END AS hardware_flops,
    matrix_flops,
    CASE WHEN counted_ratio >= 0.99 THEN counted_flops END / matrix_flops AS padding
FROM stage
ORDER BY matrix_flops DESC, stage
