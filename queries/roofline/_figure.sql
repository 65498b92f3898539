-- One row per stage, per stage and kind of module, and per stage and module, with exclusive measured and roofline
-- values.
-- materialized: one join supplies all three levels.
--
-- kind is the module name with the parts that vary between similar modules rolled up (model.layers.*). level is the
-- level of the row: stage, op or layer.
WITH joined AS (
    SELECT coalesce(m.stage, n.stage) AS stage, coalesce(m.is_stage, true) AS is_stage,
        coalesce(m.name, n.name, '(no module)') AS name, coalesce(m.label, n.label, '(no module)') AS kind,
        n.class, m.instance_count, m.operation_count, m.sum_ns, m.busy_ns, m.launch_gap_ns, m.other_idle_ns,
        n.matrix_flops, n.accessed_bytes, n.roofline_ns
    FROM roofline__measured AS m
    FULL JOIN roofline__needed AS n ON m.stage = n.stage AND m.is_stage AND m.name IS NOT DISTINCT FROM n.name
),
summed AS (
    SELECT
        CASE grouping(kind, name) WHEN 3 THEN 'stage' WHEN 1 THEN 'op' ELSE 'layer' END AS level,
        stage, is_stage, kind, name,
        CASE WHEN count(DISTINCT class) = 1 THEN min(class) END AS class,
        count(DISTINCT name) AS module_count,
        sum(coalesce(instance_count, 0))::BIGINT AS instance_count,
        sum(coalesce(operation_count, 0))::BIGINT AS operation_count,
        sum(coalesce(sum_ns, 0))::BIGINT AS sum_ns,
        sum(coalesce(busy_ns, 0))::BIGINT AS busy_ns,
        sum(coalesce(launch_gap_ns, 0))::BIGINT AS launch_gap_ns,
        sum(coalesce(other_idle_ns, 0))::BIGINT AS other_idle_ns,
        coalesce(sum(matrix_flops ORDER BY matrix_flops), 0) AS matrix_flops,
        coalesce(sum(accessed_bytes ORDER BY accessed_bytes), 0) AS accessed_bytes,
        coalesce(sum(roofline_ns ORDER BY roofline_ns), 0) AS roofline_ns
    FROM joined
    GROUP BY GROUPING SETS ((stage, is_stage), (stage, is_stage, kind), (stage, is_stage, kind, name))
)
SELECT s.*,
    s.busy_ns + s.launch_gap_ns + s.other_idle_ns AS measured_ns,
    s.matrix_flops / nullif(s.accessed_bytes, 0) AS intensity,
    CASE
        WHEN s.roofline_ns = 0 THEN NULL
        WHEN s.matrix_flops / k.flops_per_s > s.accessed_bytes / k.bytes_per_s THEN 'compute'
        ELSE 'memory'
    END AS bound,
    s.matrix_flops / nullif(s.busy_ns * 1e-9 * k.flops_per_s, 0) AS util_busy_ratio,
    s.accessed_bytes / nullif(s.busy_ns * 1e-9 * k.bytes_per_s, 0) AS mbu_busy_ratio,
    CASE WHEN coalesce(s.name, s.kind) IS DISTINCT FROM '(no module)'
        THEN measured_ns / nullif(s.roofline_ns, 0) END AS slowdown,
    measured_ns - s.roofline_ns AS above_roofline_ns,
    s.busy_ns - s.roofline_ns AS inefficiency_ns
FROM summed AS s CROSS JOIN peak AS k
