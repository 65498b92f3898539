-- One row per stage that the model covers, per stage and op, and per kernel launch profiled by ncu, if it has GPU time:
-- its position on the roofline chart, ordered by series (stage, op, kernel), then time_ns, largest first. Empty without
-- --model. Do not compare points of different series: they define bytes and time differently.
--
-- optional: ncu
--
-- series            VARCHAR  -           stage, op or kernel
-- stage             VARCHAR  -           the stage; NULL for kernels, which ncu profiles outside the run
-- name              VARCHAR  -           name of the stage, name of the op (see roofline_op), or kernel name as ncu
--                                        printed it
-- matrix_flops      DOUBLE   flops       model FLOPs, or tensor core FLOPs measured by ncu; a log axis cannot show 0
-- accessed_bytes    DOUBLE   bytes       model bytes, which are a minimum, or DRAM bytes measured by ncu
-- bytes_source      VARCHAR  -           analytic or measured by ncu
-- intensity         DOUBLE   flops/byte  matrix_flops / accessed_bytes
-- time_ns           DOUBLE   ns          the time that flops_per_s is based on
-- time_base         VARCHAR  -           busy (time in which the GPU is busy with it) or locked (measured under ncu,
--                                        which locks the clocks; do not compare it with or add it to busy time)
-- flops_per_s       DOUBLE   flops/s     matrix_flops / time_ns
-- roof_flops_per_s  DOUBLE   flops/s     roofline limit at this intensity
-- roof_ratio        DOUBLE   ratio       flops_per_s / roof_flops_per_s; above 1 if caches or fusion avoid bytes that
--                                        the model counts
-- bound             VARCHAR  -           the roofline limit that applies: compute or memory; NULL without FLOPs
WITH point AS (
    SELECT 1 AS place, 'stage' AS series, stage, stage AS name, matrix_flops, accessed_bytes,
        'analytic' AS bytes_source, busy_ns::DOUBLE AS time_ns, 'busy' AS time_base
    FROM roofline_stage
    UNION ALL
    SELECT 2, 'op', stage, name, matrix_flops, accessed_bytes, 'analytic', busy_ns, 'busy'
    FROM roofline_op
    UNION ALL
    -- Only tensor core FLOPs count: the flat part of the roofline is their peak.
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
