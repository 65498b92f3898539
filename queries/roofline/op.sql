-- One row per innermost stage and kind of module, with measured and roofline time, ordered by above_roofline_ns,
-- largest first. Each row is the sum of the rows in roofline_layer whose names differ only in an index. If every module
-- has a range (--nvtx op), each kind is an op such as model.layers.*.self_attn.q_proj.
--
-- stage              VARCHAR  -           name of the stage, (outside every stage) or (unattributed)
-- name               VARCHAR  -           module name with * in place of indices, or (no module)
-- class              VARCHAR  -           class of these modules' layers
-- module_count       BIGINT   count       number of modules of this kind
-- instance_count     BIGINT   count       ranges that contain GPU operations and whose innermost module is of this kind
-- operation_count    BIGINT   count       GPU operations whose innermost stage and kind of module match this row
-- matrix_flops       DOUBLE   flops       model FLOPs of these modules' layers
-- accessed_bytes     DOUBLE   bytes       model bytes: the minimum that these layers must access
-- intensity          DOUBLE   flops/byte  matrix_flops / accessed_bytes
-- sum_ns             BIGINT   ns          sum of the durations of these modules' operations
-- busy_ns            BIGINT   ns          GPU busy time: time covered by these modules' operations but not by earlier
--                                         operations
-- measured_ns        BIGINT   ns          busy_ns plus the idle time before these modules' operations
-- util_busy_ratio    DOUBLE   ratio       matrix_flops / (busy_ns x peak FLOP/s)
-- mbu_busy_ratio     DOUBLE   ratio       accessed_bytes / (busy_ns x peak bandwidth)
-- roofline_ns        DOUBLE   ns          roofline time of these modules' layers if they run one after another
-- bound              VARCHAR  -           roofline limit that applies to these modules' layers: compute or memory; NULL
--                                         if there are no layers
-- slowdown           DOUBLE   -           measured_ns / roofline_ns; NULL for (no module)
-- above_roofline_ns  DOUBLE   ns          measured_ns - roofline_ns
-- inefficiency_ns    DOUBLE   ns          busy_ns - roofline_ns; negative if fused kernels access fewer bytes than the
--                                         model assumes
-- launch_gap_ns      BIGINT   ns          part of the idle time before these modules' operations during which the GPU
--                                         waited for the CPU to launch them
-- other_idle_ns      BIGINT   ns          remaining idle time before these modules' operations
SELECT stage, kind AS name, class, module_count, instance_count, operation_count, matrix_flops, accessed_bytes, intensity, sum_ns,
    busy_ns, measured_ns, util_busy_ratio, mbu_busy_ratio, roofline_ns, bound, slowdown, above_roofline_ns, inefficiency_ns,
    launch_gap_ns, other_idle_ns
FROM roofline__figure
WHERE level = 'op'
ORDER BY above_roofline_ns DESC, stage, name
