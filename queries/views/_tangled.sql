-- One row per thread whose ranges cross, or have paths longer than 4000 characters: what lies around a piece there is
-- in _range_stack only, elsewhere also in the places around its place.
-- materialized: almost always empty, and known to be.
FROM _crossing
UNION
SELECT r.thread_id
FROM _range AS r JOIN _range_place AS p USING (range_id)
WHERE p.place_id IN (SELECT place_id FROM _place WHERE length(rolled_path) > 4000)
