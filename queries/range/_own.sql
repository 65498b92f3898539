-- One row per rolled-up path, with the exclusive time of its ranges. This is GPU time or, if the trace has no GPU
-- operations, wall time. rolled_path is NULL for work outside all ranges.
SELECT p.rolled_path, sum(w.positive_ns)::BIGINT AS ns, 'gpu' AS base
FROM _piece_work AS w LEFT JOIN _range_path AS p USING (range_id)
GROUP BY p.rolled_path
UNION ALL
SELECT rolled_path, exclusive_wall_ns, 'wall' FROM range_wall WHERE NOT EXISTS (FROM _gpu_operation)
