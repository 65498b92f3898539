-- One row per thread with ranges that cross, or with paths longer than 4000 characters. On these threads only
-- _range_stack has all ranges around a piece; on all other threads the places around its place have them too.
-- materialized: almost always empty, and DuckDB knows this once the table is materialized.
FROM _crossing
UNION
SELECT r.thread_id
FROM _range AS r JOIN _range_place AS p USING (range_id)
WHERE p.place_id IN (SELECT place_id FROM _place WHERE length(rolled_path) > 4000)
