-- One row per place (NULL: in no range): the GPU operations launched in its ranges and in no range inside them.
-- materialized: small; figures of paths and operators are summed up from it. Threads in _tangled are not part of it.
SELECT r.place_id, sum(w.n)::BIGINT AS n, sum(w.ns)::BIGINT AS ns
FROM _piece_work AS w JOIN _range_place AS r USING (range_id)
WHERE w.thread_id NOT IN (FROM _tangled)
GROUP BY r.place_id
