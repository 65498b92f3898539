-- One row per stage that the model covers, per stage and op, and per kernel launch of ncu, where they have GPU time:
-- where it stands under the roofline; ordered by series (stage, op, kernel), then time_ns, largest first. Empty without
-- --model. Series are not to be compared point by point: bytes and time are not the same things in them.
--
-- optional: ncu
--
-- series           VARCHAR  -           stage, op or kernel
-- stage            VARCHAR  -           the stage; NULL for kernels, which are profiled outside of the run
-- name             VARCHAR  -           name of the stage, see roofline_op, or the kernel as ncu printed it
-- matrix_flops     DOUBLE   flops       FLOPs: of the model, or counted by ncu in tensor cores; 0 is no point of a log axis
-- accessed_bytes      DOUBLE   bytes       bytes that must move at least, or that ncu counted at the DRAM
-- bytes_source     VARCHAR  -           analytic, or measured by ncu
-- intensity        DOUBLE   flops/byte  matrix_flops over accessed_bytes
-- time_ns          DOUBLE   ns          the time that flops_per_s is over
-- time_base        VARCHAR  -           busy: time that it keeps the GPU busy; or locked: under ncu, which locks the
--                                       clocks, so never to be compared or added with the others
-- flops_per_s      DOUBLE   flops/s     matrix_flops over time_ns
-- roof_flops_per_s  DOUBLE  flops/s     what the ceilings allow at this intensity
-- roof_ratio       DOUBLE   ratio       flops_per_s over roof_flops_per_s; above 1 where caches or fusion spare bytes that
--                                       the model counts
-- bound            VARCHAR  -           the ceiling above it: compute or memory; NULL without FLOPs
WITH point AS (
    SELECT 1 AS place, 'stage' AS series, stage, stage AS name, matrix_flops, accessed_bytes,
        'analytic' AS bytes_source, busy_ns::DOUBLE AS time_ns, 'busy' AS time_base
    FROM roofline_stage
    UNION ALL
    SELECT 2, 'op', stage, name, matrix_flops, accessed_bytes, 'analytic', busy_ns, 'busy'
    FROM roofline_op
    UNION ALL
    -- Counted as a FLOP in tensor cores or not at all: the flat roof is theirs.
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
