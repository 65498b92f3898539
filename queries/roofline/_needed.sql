-- One row per stage and module with its own ranges in that stage: model FLOPs, model bytes and roofline time of the
-- module's layers, excluding layers in a nested module that also has ranges. name is NULL for layers outside every
-- recorded module.
--
-- A layer is included in the stage that owns it (stage_layer.is_owner), so that the rows add up to the phases.
WITH recorded AS (FROM roofline__recorded),
owned AS (
    SELECT s.stage, m.phase, m.path, l.class,
        m.matrix_flops * s.execution_count AS matrix_flops,
        m.accessed_bytes * s.execution_count AS accessed_bytes,
        m.roofline_ns * s.execution_count AS roofline_ns
    FROM stage_layer AS s
    JOIN module AS m ON m.phase = s.phase AND m.layer = s.path
    JOIN layer AS l ON l.phase = s.phase AND l.path = s.path
    WHERE s.is_owner
),
place AS (
    SELECT o.stage, o.phase, o.path, arg_max(r.name, n.depth) AS name, arg_max(r.label, n.depth) AS label
    FROM owned AS o
    JOIN roofline__spelling AS n ON n.phase = o.phase AND n.path = o.path
    JOIN recorded AS r ON r.stage = o.stage AND r.name = n.name
    GROUP BY ALL
)
SELECT o.stage, p.name, min(p.label) AS label, string_agg(DISTINCT o.class, ', ' ORDER BY o.class) AS class,
    -- Add fractions in a fixed order, so that the same trace always gives the same digits.
    sum(o.matrix_flops ORDER BY o.matrix_flops) AS matrix_flops, sum(o.accessed_bytes ORDER BY o.accessed_bytes) AS accessed_bytes,
    sum(o.roofline_ns ORDER BY o.roofline_ns) AS roofline_ns
FROM owned AS o LEFT JOIN place AS p ON p.stage = o.stage AND p.phase = o.phase AND p.path = o.path
GROUP BY o.stage, p.name
