-- One row per group of modules and range that is a call to one of its members. is_outermost is false for a range nested
-- in another range of the same group.
-- materialized: small, and joined by every query on groups.
WITH named AS (SELECT DISTINCT group_id, range_name FROM callgraph_module),
found AS (
    SELECT m.group_id, n.range_id, m.range_name, r.thread_id, r.opened, r.end_ns, r.end_ns > r.start_ns AS is_lasting
    FROM _range_name AS n JOIN named AS m ON m.range_name = n.name JOIN _range AS r USING (range_id)
),
around AS (
    SELECT *, max(CASE WHEN is_lasting THEN end_ns END) OVER (
            PARTITION BY thread_id, group_id ORDER BY opened ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_end_ns
    FROM found
)
SELECT group_id, range_id, range_name,
    NOT is_lasting OR coalesce(last_end_ns < end_ns, true) AS is_outermost  -- crossing ranges are separate calls
FROM around
