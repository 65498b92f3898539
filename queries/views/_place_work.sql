-- One row per place, with totals of the GPU operations launched directly in its ranges, on threads that are not in
-- _tangled.
-- materialized: it is small, and totals per path and operator are summed from it.
SELECT r.place_id, sum(w.n)::BIGINT AS n, sum(w.ns)::BIGINT AS ns
FROM _piece_work AS w JOIN _range_place AS r USING (range_id)
WHERE w.thread_id NOT IN (FROM _tangled)
GROUP BY r.place_id
