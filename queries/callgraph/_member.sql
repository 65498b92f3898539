-- One row per group and member with ranges in the trace: the name of each such range. Several members can share one:
-- where experts are fused, their module has the only range.
SELECT DISTINCT m.group_id, m.member, m.range_name
FROM callgraph_module AS m SEMI JOIN callgraph__range AS r USING (group_id, range_name)
