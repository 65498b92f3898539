-- One row per innermost stage and kind of module: rows of roofline_layer that differ by an index only, added up; ordered by
-- above_roofline_ns, largest first. With ranges around every module (--nvtx op) a kind is an op: model.layers.*.self_attn.q_proj.
--
-- stage            VARCHAR  -        name of the stage, or (outside every stage), or (unattributed)
-- name             VARCHAR  -        name of the modules, indices as *, or (no module)
-- class            VARCHAR  -        class of their layers
-- module_count     BIGINT   count    modules
-- instance_count   BIGINT   count    ranges with GPU operations that they are the innermost modules of
-- operation_count  BIGINT   count    GPU operations whose innermost stage and module these are
-- matrix_flops     DOUBLE   flops    model FLOPs of their layers
-- accessed_bytes      DOUBLE   bytes    bytes that they must move
-- intensity        DOUBLE   flops/byte  matrix_flops over accessed_bytes
-- sum_ns           BIGINT   ns       durations of their operations
-- busy_ns          BIGINT   ns       time of the GPUs that they cover beyond operations that started before
-- measured_ns      BIGINT   ns       busy_ns and the idle time before their operations
-- util_busy_ratio  DOUBLE   ratio    matrix_flops over (busy_ns x peak)
-- mbu_busy_ratio   DOUBLE   ratio    accessed_bytes over (busy_ns x peak bandwidth)
-- roofline_ns      DOUBLE   ns       what their layers need at the roofline, one after the other
-- bound            VARCHAR  -        what bounds that: compute or memory; NULL without layers
-- slowdown         DOUBLE   -        measured_ns over roofline_ns; NULL for (no module)
-- above_roofline_ns          DOUBLE   ns       measured_ns - roofline_ns
-- inefficiency_ns  DOUBLE   ns       busy_ns - roofline_ns; negative where fusion moves less than the model says
-- launch_gap_ns   BIGINT   ns       idle before their operations because launches came late
-- other_idle_ns    BIGINT   ns       the rest of the idle time before their operations
SELECT stage, kind AS name, class, module_count, instance_count, operation_count, matrix_flops, accessed_bytes, intensity, sum_ns,
    busy_ns, measured_ns, util_busy_ratio, mbu_busy_ratio, roofline_ns, bound, slowdown, above_roofline_ns, inefficiency_ns,
    launch_gap_ns, other_idle_ns
FROM roofline__figure
WHERE level = 'op'
ORDER BY above_roofline_ns DESC, stage, name
