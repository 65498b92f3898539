-- One row per closed NVTX range with the requested name. number is the position of the range in the trace.
SELECT r.range_id AS number, r.start_ns, r.end_ns
FROM recipe__named_range AS r JOIN recipe__asked AS a USING (name)
WHERE r.end_ns IS NOT NULL AND touches(r.start_ns, r.end_ns, a.first_ns, a.last_ns)
