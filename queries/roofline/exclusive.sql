-- One row per innermost stage, one for operations outside every stage and one for the unattributed: measured against
-- the roofline, exclusively, so that the rows add up to the run; ordered by measured_ns, largest first.
-- measured_ns = roofline_ns + above_roofline_ns, and above_roofline_ns = inefficiency_ns + launch_gap_ns + other_idle_ns.
--
-- stage            VARCHAR  -        name of the stage, or (outside every stage), or (unattributed)
-- operation_count  BIGINT   count    GPU operations whose innermost stage it is
-- matrix_flops     DOUBLE   flops    model FLOPs of the layers that it owns
-- accessed_bytes      DOUBLE   bytes    bytes that they must move
-- intensity        DOUBLE   flops/byte  matrix_flops over accessed_bytes
-- sum_ns           BIGINT   ns       durations of its operations
-- busy_ns          BIGINT   ns       time of the GPUs that they cover beyond operations that started before
-- measured_ns      BIGINT   ns       busy_ns and the idle time before its operations; adds up to the span of all GPUs
-- util_busy_ratio  DOUBLE   ratio    matrix_flops over (busy_ns x peak)
-- mbu_busy_ratio   DOUBLE   ratio    accessed_bytes over (busy_ns x peak bandwidth)
-- roofline_ns      DOUBLE   ns       what its layers need at the roofline, one after the other
-- bound            VARCHAR  -        what bounds that: compute or memory; NULL without layers
-- slowdown         DOUBLE   -        measured_ns over roofline_ns
-- above_roofline_ns          DOUBLE   ns       measured_ns - roofline_ns
-- inefficiency_ns  DOUBLE   ns       busy_ns - roofline_ns; negative where fusion moves less than the model says
-- launch_gap_ns   BIGINT   ns       idle before its operations because launches came late
-- other_idle_ns    BIGINT   ns       the rest of the idle time before its operations
SELECT stage, operation_count, matrix_flops, accessed_bytes, intensity, sum_ns, busy_ns, measured_ns, util_busy_ratio,
    mbu_busy_ratio, roofline_ns, bound, slowdown, above_roofline_ns, inefficiency_ns, launch_gap_ns, other_idle_ns
FROM roofline__figure
WHERE level = 'stage'
ORDER BY measured_ns DESC, roofline_ns DESC, stage
