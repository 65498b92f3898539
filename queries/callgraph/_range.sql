-- One row per group of modules and range that is a call of one of its members; is_outermost is false for a range inside
-- another of the group.
-- materialized: small, and joined by every figure of groups.
WITH named AS (SELECT DISTINCT group_id, range_name FROM callgraph_module),
found AS (
    SELECT m.group_id, n.range_id, m.range_name, r.end_ns
    FROM _range_name AS n JOIN named AS m ON m.range_name = n.name JOIN _range AS r USING (range_id)
),
-- By piece and group, not range by range: a group can have as many ranges as the trace.
around AS (
    SELECT s.piece_id, f.group_id, max(f.end_ns) AS end_ns
    FROM _range_stack AS s JOIN found AS f USING (range_id)
    WHERE s.level > 0
    GROUP BY s.piece_id, f.group_id
)
SELECT f.group_id, f.range_id, f.range_name,
    coalesce(a.end_ns < f.end_ns, true) AS is_outermost  -- ranges that cross are each their own
FROM found AS f LEFT JOIN around AS a ON a.piece_id = f.range_id AND a.group_id = f.group_id
