-- One row per stage and module of the model, if the module is the innermost module in the stage at the start of at
-- least one range.
-- materialized: it walks up through the module and stage ranges.
--
-- The innermost range is the open range that was opened last.
WITH RECURSIVE wanted AS (
    SELECT r.range_id, r.thread_id, r.opened
    FROM _range AS r
    SEMI JOIN (SELECT range_id FROM roofline__range UNION SELECT range_id FROM stage__named) USING (range_id)
    WHERE r.end_ns > r.start_ns
),
up AS (
    SELECT range_id AS start_id, range_id AS outer_id FROM wanted ANTI JOIN _crossing USING (thread_id)
    UNION ALL
    SELECT u.start_id, p.parent_id
    FROM up AS u JOIN _range_parent AS p ON p.range_id = u.outer_id
    WHERE p.parent_id IS NOT NULL
),
stack AS (
    FROM up
    UNION ALL SELECT range_id, range_id FROM wanted SEMI JOIN _crossing USING (thread_id)
    UNION ALL SELECT c.range_id, c.outer_id FROM _crossed_stack AS c SEMI JOIN wanted USING (range_id)
),
place AS (
    SELECT s.start_id, arg_max(m.name, o.opened) AS name, arg_max(m.label, o.opened) AS label,
        arg_max(n.stage, o.opened) AS stage
    FROM stack AS s
    JOIN wanted AS o ON o.range_id = s.outer_id
    LEFT JOIN roofline__range AS m ON m.range_id = s.outer_id
    LEFT JOIN stage__named AS n ON n.range_id = s.outer_id
    GROUP BY s.start_id
)
SELECT DISTINCT stage, name, label FROM place WHERE stage IS NOT NULL AND name IS NOT NULL
