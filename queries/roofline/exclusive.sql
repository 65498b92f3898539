-- One row per innermost stage, with its measured and roofline time, plus one row for operations outside every stage and
-- one for unattributed operations, ordered by measured_ns, largest first. Values are exclusive and add up to the totals
-- of the run. measured_ns = roofline_ns + above_roofline_ns, and above_roofline_ns = inefficiency_ns + launch_gap_ns +
-- other_idle_ns.
--
-- stage              VARCHAR  -           name of the stage, (outside every stage) or (unattributed)
-- operation_count    BIGINT   count       GPU operations for which this is the innermost stage
-- matrix_flops       DOUBLE   flops       model FLOPs of the layers that the stage owns
-- accessed_bytes     DOUBLE   bytes       model bytes: the minimum that these layers must access
-- intensity          DOUBLE   flops/byte  matrix_flops / accessed_bytes
-- sum_ns             BIGINT   ns          sum of the durations of the stage's operations
-- busy_ns            BIGINT   ns          GPU busy time: time covered by the stage's operations but not by earlier
--                                         operations
-- measured_ns        BIGINT   ns          busy_ns plus the idle time before the stage's operations; the values of all
--                                         rows add up to the span of all GPUs
-- util_busy_ratio    DOUBLE   ratio       matrix_flops / (busy_ns x peak FLOP/s)
-- mbu_busy_ratio     DOUBLE   ratio       accessed_bytes / (busy_ns x peak bandwidth)
-- roofline_ns        DOUBLE   ns          roofline time of the stage's layers if they run one after another
-- bound              VARCHAR  -           roofline limit that applies to the stage's layers: compute or memory; NULL if
--                                         there are no layers
-- slowdown           DOUBLE   -           measured_ns / roofline_ns
-- above_roofline_ns  DOUBLE   ns          measured_ns - roofline_ns
-- inefficiency_ns    DOUBLE   ns          busy_ns - roofline_ns; negative if fused kernels access fewer bytes than the
--                                         model assumes
-- launch_gap_ns      BIGINT   ns          part of the idle time before the stage's operations during which the GPU
--                                         waited for the CPU to launch them
-- other_idle_ns      BIGINT   ns          remaining idle time before the stage's operations
SELECT stage, operation_count, matrix_flops, accessed_bytes, intensity, sum_ns, busy_ns, measured_ns, util_busy_ratio,
    mbu_busy_ratio, roofline_ns, bound, slowdown, above_roofline_ns, inefficiency_ns, launch_gap_ns, other_idle_ns
FROM roofline__figure
WHERE level = 'stage'
ORDER BY measured_ns DESC, roofline_ns DESC, stage
