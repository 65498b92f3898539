-- One row per thread with ranges that cross, or with paths longer than 4000 characters. For these threads, only
-- _range_stack has all ranges around a piece. For all other threads, these ranges can also be found from the places
-- that enclose the piece's place.
-- materialized: it is almost always empty. Once it is materialized, DuckDB knows that it is empty.
FROM _crossing
UNION
SELECT r.thread_id
FROM _range AS r JOIN _range_place AS p USING (range_id)
WHERE p.place_id IN (SELECT place_id FROM _place WHERE length(rolled_path) > 4000)
