-- One row per stage: on how many GPUs it ran, and whether in every instance these had finished all of it when the range
-- was closed.
SELECT w.stage, count(DISTINCT w.gpu_id) AS gpu_count, max(w.end_ns - r.end_ns) <= 0 AS is_drained
FROM stage__work AS w JOIN _range AS r USING (range_id)
GROUP BY w.stage
