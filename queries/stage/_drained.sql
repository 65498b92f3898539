-- One row per stage, with the number of GPUs it ran on, and whether all of its GPU work had finished when the range
-- closed in every instance.
SELECT w.stage, count(DISTINCT w.gpu_id) AS gpu_count, max(w.end_ns - r.end_ns) <= 0 AS is_drained
FROM stage__work AS w JOIN _range AS r USING (range_id)
GROUP BY w.stage
