-- One row per range, with its depth and its rolled-up path.
SELECT r.range_id, r.depth, p.rolled_path FROM _range_place AS r JOIN _place AS p USING (place_id)
