-- One row per innermost stage and module that has ranges in that stage, with measured and roofline time, ordered by
-- above_roofline_ns, largest first. Values are exclusive and add up to the totals of the stage. The row (no module)
-- contains operations outside every module and the layers of modules without ranges.
--
-- stage              VARCHAR  -           name of the stage, (outside every stage) or (unattributed)
-- name               VARCHAR  -           module name as recorded in its ranges, or (no module)
-- class              VARCHAR  -           class of the module's layers, excluding the layers of nested modules that
--                                         have their own ranges
-- instance_count     BIGINT   count       ranges that contain GPU operations and for which this is the innermost module
-- operation_count    BIGINT   count       GPU operations for which these are the innermost stage and module
-- matrix_flops       DOUBLE   flops       model FLOPs of the module's layers
-- accessed_bytes     DOUBLE   bytes       model bytes: the minimum that these layers must access
-- intensity          DOUBLE   flops/byte  matrix_flops / accessed_bytes
-- sum_ns             BIGINT   ns          sum of the durations of the module's operations
-- busy_ns            BIGINT   ns          GPU busy time: time covered by the module's operations but not by earlier
--                                         operations
-- measured_ns        BIGINT   ns          busy_ns plus the idle time before the module's operations
-- util_busy_ratio    DOUBLE   ratio       matrix_flops / (busy_ns x peak FLOP/s)
-- mbu_busy_ratio     DOUBLE   ratio       accessed_bytes / (busy_ns x peak bandwidth)
-- roofline_ns        DOUBLE   ns          roofline time of the module's layers if they run one after another
-- bound              VARCHAR  -           roofline limit that applies to the module's layers: compute or memory; NULL
--                                         if there are no layers
-- slowdown           DOUBLE   -           measured_ns / roofline_ns; NULL for (no module)
-- above_roofline_ns  DOUBLE   ns          measured_ns - roofline_ns
-- inefficiency_ns    DOUBLE   ns          busy_ns - roofline_ns; negative if fused kernels access fewer bytes than the
--                                         model assumes
-- launch_gap_ns      BIGINT   ns          part of the idle time before the module's operations during which the GPU
--                                         waited for the CPU to launch them
-- other_idle_ns      BIGINT   ns          remaining idle time before the module's operations
SELECT stage, name, class, instance_count, operation_count, matrix_flops, accessed_bytes, intensity, sum_ns, busy_ns,
    measured_ns, util_busy_ratio, mbu_busy_ratio, roofline_ns, bound, slowdown, above_roofline_ns, inefficiency_ns,
    launch_gap_ns, other_idle_ns
FROM roofline__figure
WHERE level = 'layer'
ORDER BY above_roofline_ns DESC, stage, name
