-- One row per stage: whether in every instance the GPU had finished all of it when the range was closed.
SELECT w.stage, max(w.end_ns - r.end_ns) <= 0 AS is_drained
FROM stage__work AS w JOIN _range AS r USING (range_id)
GROUP BY w.stage
