-- One row per innermost stage, one for operations outside every stage and one for unattributed operations: measured vs.
-- roofline, with exclusive figures that add up to the run, ordered by measured_ns, largest first. measured_ns =
-- roofline_ns + above_roofline_ns, and above_roofline_ns = inefficiency_ns + launch_gap_ns + other_idle_ns.
--
-- stage              VARCHAR  -           name of the stage, or (outside every stage), or (unattributed)
-- operation_count    BIGINT   count       GPU operations whose innermost stage this is
-- matrix_flops       DOUBLE   flops       model FLOPs of the layers that the stage owns
-- accessed_bytes     DOUBLE   bytes       model bytes: what these layers access at least
-- intensity          DOUBLE   flops/byte  matrix_flops / accessed_bytes
-- sum_ns             BIGINT   ns          sum of the durations of its operations
-- busy_ns            BIGINT   ns          GPU time that its operations cover and earlier operations do not
-- measured_ns        BIGINT   ns          busy_ns plus the idle time before its operations; the rows add up to the span
--                                         of all GPUs
-- util_busy_ratio    DOUBLE   ratio       matrix_flops / (busy_ns x peak FLOP/s)
-- mbu_busy_ratio     DOUBLE   ratio       accessed_bytes / (busy_ns x peak bandwidth)
-- roofline_ns        DOUBLE   ns          roofline time of its layers, run one after the other
-- bound              VARCHAR  -           what limits the layers at the roofline: compute or memory; NULL without
--                                         layers
-- slowdown           DOUBLE   -           measured_ns / roofline_ns
-- above_roofline_ns  DOUBLE   ns          measured_ns - roofline_ns
-- inefficiency_ns    DOUBLE   ns          busy_ns - roofline_ns; negative if fusion accesses fewer bytes than the model
--                                         assumes
-- launch_gap_ns      BIGINT   ns          idle time before its operations while the GPU waited for the CPU to launch
--                                         them
-- other_idle_ns      BIGINT   ns          remaining idle time before its operations
SELECT stage, operation_count, matrix_flops, accessed_bytes, intensity, sum_ns, busy_ns, measured_ns, util_busy_ratio,
    mbu_busy_ratio, roofline_ns, bound, slowdown, above_roofline_ns, inefficiency_ns, launch_gap_ns, other_idle_ns
FROM roofline__figure
WHERE level = 'stage'
ORDER BY measured_ns DESC, roofline_ns DESC, stage
