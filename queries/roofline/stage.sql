-- One row per stage that the analytic model covers, with measured and roofline time, ordered by roofline_ns, largest
-- first. above_roofline_ns = inefficiency_ns + launch_gap_ns + other_idle_ns, and span_ns = roofline_ns +
-- above_roofline_ns.
--
-- stage              VARCHAR  -           name of the stage
-- phase              VARCHAR  -           phase of the model that the stage represents
-- execution_count    BIGINT   count       number of times that the workload was executed
-- matrix_flops       DOUBLE   flops       model FLOPs of all executions, 2 per multiply-add
-- accessed_bytes     DOUBLE   bytes       model bytes of all executions: the minimum that the stage's layers must
--                                         access
-- intensity          DOUBLE   flops/byte  matrix_flops / accessed_bytes
-- gpu_count          BIGINT   count       GPUs that the stage ran on; span_ns, busy_ns and sum_ns are totals across
--                                         these GPUs
-- wall_ns            BIGINT   ns          duration of the stage on the CPU
-- span_ns            BIGINT   ns          time from the start of the stage's first operation to the end of its last
--                                         one on the GPU
-- busy_ns            BIGINT   ns          time during which at least one of the stage's operations runs
-- sum_ns             BIGINT   ns          sum of the durations of the stage's operations
-- is_drained         BOOLEAN  -           whether the GPU had finished its work when each instance ended; if so, the
--                                         wall time is a latency
-- mfu_ratio          DOUBLE   ratio       MFU: matrix_flops / (wall_ns x peak FLOP/s x gpu_count); NULL if the wall
--                                         time is not a latency
-- util_span_ratio    DOUBLE   ratio       matrix_flops / (span_ns x peak FLOP/s)
-- util_busy_ratio    DOUBLE   ratio       matrix_flops / (busy_ns x peak FLOP/s)
-- util_sum_ratio     DOUBLE   ratio       matrix_flops / (sum_ns x peak FLOP/s)
-- mbu_ratio          DOUBLE   ratio       accessed_bytes / (span_ns x peak bandwidth)
-- roofline_ns        DOUBLE   ns          roofline time of the stage's layers if they run one after another
-- slowdown           DOUBLE   -           span_ns / roofline_ns
-- above_roofline_ns  DOUBLE   ns          span_ns - roofline_ns
-- inefficiency_ns    DOUBLE   ns          busy_ns - roofline_ns; negative if fused kernels access fewer bytes than the
--                                         model assumes
-- launch_gap_ns      DOUBLE   ns          idle time within the span during which the GPU waited for the CPU to
--                                         launch operations
-- other_idle_ns      DOUBLE   ns          remainder of span_ns - busy_ns: synchronizations, dependencies, and
--                                         operations of other stages
WITH needed AS (
    SELECT s.stage, min(s.phase) AS phase, min(s.execution_count) AS execution_count,
        -- Add fractions in a fixed order, so that the same trace always gives the same digits.
        sum(l.matrix_flops * s.execution_count ORDER BY l.matrix_flops) AS matrix_flops,
        sum(l.accessed_bytes * s.execution_count ORDER BY l.accessed_bytes) AS accessed_bytes,
        sum(l.roofline_ns * s.execution_count ORDER BY l.roofline_ns) AS roofline_ns
    FROM stage_layer AS s JOIN layer AS l ON l.phase = s.phase AND l.path = s.path
    GROUP BY s.stage
),
late AS (SELECT stage, sum(launch_gap_ns)::DOUBLE AS launch_gap_ns FROM stage__gap GROUP BY stage)
SELECT p.stage, p.phase, p.execution_count, p.matrix_flops, p.accessed_bytes,
    p.matrix_flops / nullif(p.accessed_bytes, 0) AS intensity,
    d.gpu_count, m.wall_ns, m.span_ns, m.busy_ns, m.sum_ns, d.is_drained,
    CASE WHEN d.is_drained THEN p.matrix_flops / (m.wall_ns * 1e-9 * k.flops_per_s * d.gpu_count) END AS mfu_ratio,
    p.matrix_flops / (m.span_ns * 1e-9 * k.flops_per_s) AS util_span_ratio,
    p.matrix_flops / (m.busy_ns * 1e-9 * k.flops_per_s) AS util_busy_ratio,
    p.matrix_flops / (m.sum_ns * 1e-9 * k.flops_per_s) AS util_sum_ratio,
    p.accessed_bytes / (m.span_ns * 1e-9 * k.bytes_per_s) AS mbu_ratio,
    p.roofline_ns,
    m.span_ns / nullif(p.roofline_ns, 0) AS slowdown,
    m.span_ns - p.roofline_ns AS above_roofline_ns,
    m.busy_ns - p.roofline_ns AS inefficiency_ns,
    coalesce(l.launch_gap_ns, 0) AS launch_gap_ns,
    m.idle_ns - coalesce(l.launch_gap_ns, 0) AS other_idle_ns
FROM needed AS p
JOIN stage_summary AS m ON m.stage = p.stage AND m.instance_count IS NOT NULL AND m.sum_ns > 0
CROSS JOIN peak AS k
LEFT JOIN late AS l ON l.stage = p.stage
LEFT JOIN stage__drained AS d ON d.stage = p.stage
ORDER BY p.roofline_ns DESC, p.stage
