-- One row per process, GPU and step that is a range, with the start of the first operation attributed to the step and
-- the end of the last one.
-- materialized: small, and read twice.
SELECT r.range_id, w.process_id, w.gpu_id, min(w.first_ns) AS start_ns, max(w.last_ns) AS last_end_ns
FROM _piece_work AS w
JOIN _range_stack AS s USING (piece_id)
JOIN step__range AS r ON r.range_id = s.range_id
WHERE w.first_ns IS NOT NULL
GROUP BY ALL
