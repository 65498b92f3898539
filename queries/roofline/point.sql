-- One row per point on the roofline chart, ordered by series (stage, op, kernel), then time_ns, largest first. Points
-- are stages that the model covers, ops within each stage, and kernel launches profiled by ncu. Only points with GPU
-- time are listed. The result is empty without --model. Do not compare points from different series, because their
-- bytes and times are defined differently.
--
-- optional: ncu
--
-- series            VARCHAR  -           stage, op or kernel
-- stage             VARCHAR  -           name of the stage; NULL for kernels, because ncu profiles them outside the run
-- name              VARCHAR  -           stage name, op name (see roofline_op), or kernel name as printed by ncu
-- matrix_flops      DOUBLE   flops       model FLOPs, or tensor core FLOPs measured by ncu; a point with 0 FLOPs
--                                        cannot be drawn on a log axis
-- accessed_bytes    DOUBLE   bytes       model bytes, which are a minimum, or DRAM bytes measured by ncu
-- bytes_source      VARCHAR  -           'analytic' or 'measured by ncu'
-- intensity         DOUBLE   flops/byte  matrix_flops / accessed_bytes
-- time_ns           DOUBLE   ns          time used to compute flops_per_s
-- time_base         VARCHAR  -           busy (GPU busy time) or locked (measured under ncu, which locks the clocks; do
--                                        not compare locked time with busy time or add the two)
-- flops_per_s       DOUBLE   flops/s     matrix_flops / time_ns
-- roof_flops_per_s  DOUBLE   flops/s     roofline limit at this intensity
-- roof_ratio        DOUBLE   ratio       flops_per_s / roof_flops_per_s; above 1 if caching or fusion avoids memory
--                                        traffic that the model includes
-- bound             VARCHAR  -           roofline limit that applies: compute or memory; NULL if there are no FLOPs
WITH point AS (
    SELECT 1 AS place, 'stage' AS series, stage, stage AS name, matrix_flops, accessed_bytes,
        'analytic' AS bytes_source, busy_ns::DOUBLE AS time_ns, 'busy' AS time_base
    FROM roofline_stage
    UNION ALL
    SELECT 2, 'op', stage, name, matrix_flops, accessed_bytes, 'analytic', busy_ns, 'busy'
    FROM roofline_op
    UNION ALL
    -- Only tensor core FLOPs are included, because the flat part of the roofline is the tensor core peak.
    SELECT 3, 'kernel', NULL, kernel, coalesce(tensor_flops, 0), dram_bytes, 'measured by ncu', locked_duration_ns,
        'locked'
    FROM ncu_kernel
),
placed AS (
    SELECT p.*, p.matrix_flops / nullif(p.accessed_bytes, 0) AS intensity,
        p.matrix_flops * 1e9 / p.time_ns AS flops_per_s, k.flops_per_s AS peak_flops_per_s, k.bytes_per_s
    FROM point AS p CROSS JOIN peak AS k
    WHERE p.time_ns > 0
)
SELECT series, stage, name, matrix_flops, accessed_bytes, bytes_source, intensity, time_ns, time_base, flops_per_s,
    least(peak_flops_per_s, intensity * bytes_per_s) AS roof_flops_per_s,
    flops_per_s / nullif(least(peak_flops_per_s, intensity * bytes_per_s), 0) AS roof_ratio,
    CASE
        WHEN matrix_flops > 0 AND accessed_bytes > 0
        THEN CASE WHEN intensity * bytes_per_s > peak_flops_per_s THEN 'compute' ELSE 'memory' END
    END AS bound
FROM placed
ORDER BY place, time_ns DESC, stage, name, matrix_flops DESC, accessed_bytes DESC
