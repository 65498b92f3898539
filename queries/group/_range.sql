-- One row per group of modules and range that is a call of one of its members; is_outermost is false for a range inside
-- another of the group.
-- materialised: small, and joined by every figure of groups.
WITH named AS (SELECT DISTINCT group_id, range_name FROM module_group),
found AS (
    SELECT m.group_id, n.range_id, m.range_name, r.end_ns
    FROM _range_name AS n JOIN named AS m ON m.range_name = n.name JOIN _range AS r USING (range_id)
),
inner_one AS (
    SELECT DISTINCT f.group_id, f.range_id
    FROM found AS f
    JOIN _range_stack AS s ON s.piece_id = f.range_id AND s.level > 0
    JOIN found AS outside ON outside.range_id = s.range_id AND outside.group_id = f.group_id
    WHERE outside.end_ns >= f.end_ns  -- ranges that cross are each their own
)
SELECT f.group_id, f.range_id, f.range_name, i.range_id IS NULL AS is_outermost
FROM found AS f LEFT JOIN inner_one AS i USING (group_id, range_id)
