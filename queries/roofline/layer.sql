-- One row per innermost stage and module that has ranges there: measured vs. roofline, with exclusive figures that add
-- up to the stage, ordered by above_roofline_ns, largest first. The row (no module) contains operations outside every
-- module and the layers of modules without ranges.
--
-- stage              VARCHAR  -           name of the stage, or (outside every stage), or (unattributed)
-- name               VARCHAR  -           module name as in its ranges, or (no module)
-- class              VARCHAR  -           class of its layers, excluding layers of nested modules that have ranges
-- instance_count     BIGINT   count       ranges with GPU operations whose innermost module this is
-- operation_count    BIGINT   count       GPU operations whose innermost stage and module these are
-- matrix_flops       DOUBLE   flops       model FLOPs of its layers
-- accessed_bytes     DOUBLE   bytes       model bytes: what these layers access at least
-- intensity          DOUBLE   flops/byte  matrix_flops / accessed_bytes
-- sum_ns             BIGINT   ns          sum of the durations of its operations
-- busy_ns            BIGINT   ns          GPU time that its operations cover and earlier operations do not
-- measured_ns        BIGINT   ns          busy_ns plus the idle time before its operations
-- util_busy_ratio    DOUBLE   ratio       matrix_flops / (busy_ns x peak FLOP/s)
-- mbu_busy_ratio     DOUBLE   ratio       accessed_bytes / (busy_ns x peak bandwidth)
-- roofline_ns        DOUBLE   ns          roofline time of its layers, run one after the other
-- bound              VARCHAR  -           what limits the layers at the roofline: compute or memory; NULL without
--                                         layers
-- slowdown           DOUBLE   -           measured_ns / roofline_ns; NULL for (no module)
-- above_roofline_ns  DOUBLE   ns          measured_ns - roofline_ns
-- inefficiency_ns    DOUBLE   ns          busy_ns - roofline_ns; negative if fusion accesses fewer bytes than the model
--                                         assumes
-- launch_gap_ns      BIGINT   ns          idle time before its operations while the GPU waited for the CPU to launch
--                                         them
-- other_idle_ns      BIGINT   ns          remaining idle time before its operations
SELECT stage, name, class, instance_count, operation_count, matrix_flops, accessed_bytes, intensity, sum_ns, busy_ns,
    measured_ns, util_busy_ratio, mbu_busy_ratio, roofline_ns, bound, slowdown, above_roofline_ns, inefficiency_ns,
    launch_gap_ns, other_idle_ns
FROM roofline__figure
WHERE level = 'layer'
ORDER BY above_roofline_ns DESC, stage, name
