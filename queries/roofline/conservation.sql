-- One row per total that must equal the sum of its parts if a model is specified, ordered by level, name and figure.
-- The run is checked against its stages, each stage against its modules, each phase against its layers, and each
-- stage's time against the parts of that time.
--
-- level          VARCHAR  -   run, stage or phase
-- name           VARCHAR  -   name of the stage or phase; NULL for the run
-- figure         VARCHAR  -   total that is checked
-- whole_ns       BIGINT   ns  total computed from tables that do not depend on the parts
-- parts_ns       BIGINT   ns  sum of the parts
-- difference_ns  BIGINT   ns  whole_ns - parts_ns; must be 0
WITH needed AS (
    SELECT s.phase, sum(l.roofline_ns * s.execution_count) AS ns
    FROM (SELECT DISTINCT phase, path, execution_count FROM stage_layer) AS s
    JOIN layer AS l ON l.phase = s.phase AND l.path = s.path
    GROUP BY s.phase
),
owned AS (
    SELECT s.phase, sum(m.roofline_ns * s.execution_count) AS ns
    FROM stage_layer AS s JOIN module AS m ON m.phase = s.phase AND m.layer = s.path
    WHERE s.is_owner
    GROUP BY s.phase
),
parts AS (
    SELECT stage, sum(sum_ns) AS sum_ns FROM roofline__figure WHERE level = 'layer' AND is_stage GROUP BY stage
),
found AS (
    SELECT 'run' AS level, NULL AS name, 'span of the GPUs, from the stages' AS figure,
        (SELECT sum(span_ns) FROM gpu_summary) AS whole,
        (SELECT sum(measured_ns) FROM roofline_exclusive) AS parts
    UNION ALL
    SELECT 'run', NULL, 'durations of all operations, from the stages',
        (SELECT sum(ns) FROM _recorded), (SELECT sum(sum_ns) FROM roofline_exclusive)
    UNION ALL
    SELECT 'run', NULL, 'roofline of all phases, from the modules',
        (SELECT sum(ns) FROM needed), (SELECT sum(roofline_ns) FROM roofline_layer)
    UNION ALL
    SELECT 'phase', n.phase, 'roofline, from the layers of its stages', n.ns, o.ns
    FROM needed AS n LEFT JOIN owned AS o USING (phase)
    UNION ALL
    SELECT 'stage', s.stage, 'durations, from its modules', s.exclusive_ns, p.sum_ns
    FROM stage_summary AS s LEFT JOIN parts AS p USING (stage)
    WHERE s.instance_count > 0
    UNION ALL
    SELECT 'stage', stage, 'span, from roofline and time above roofline', span_ns,
        roofline_ns + inefficiency_ns + launch_gap_ns + other_idle_ns
    FROM roofline_stage
)
SELECT level, name, figure, round(coalesce(whole, 0))::BIGINT AS whole_ns, round(coalesce(parts, 0))::BIGINT AS parts_ns,
    round(coalesce(whole, 0) - coalesce(parts, 0))::BIGINT AS difference_ns
FROM found
ORDER BY level, name, figure
