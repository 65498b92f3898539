-- One row per piece on the threads in _tangled: the GPU operations launched directly in it. Its counterpart for all other
-- threads is _place_work.
SELECT piece_id, range_id, sum(n)::BIGINT AS n, sum(ns)::BIGINT AS ns
FROM _piece_work
WHERE thread_id IN (FROM _tangled) AND piece_id IS NOT NULL
GROUP BY ALL
