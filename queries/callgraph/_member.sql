-- One row per group, member with ranges in the trace, and name of these ranges. Several members can share a range name.
-- For example, if experts are fused, only their parent module has a range.
SELECT DISTINCT m.group_id, m.member, m.range_name
FROM callgraph_module AS m SEMI JOIN callgraph__range AS r USING (group_id, range_name)
