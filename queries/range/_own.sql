-- One row per rolled-up path: what of its own its ranges take, in no range inside: GPU time that they launched, or their
-- wall time where the trace has no GPU operations. rolled_path is NULL for what is in no range.
SELECT p.rolled_path, sum(w.positive_ns)::BIGINT AS ns, 'gpu' AS base
FROM _piece_work AS w LEFT JOIN _range_path AS p USING (range_id)
GROUP BY p.rolled_path
UNION ALL
SELECT rolled_path, exclusive_wall_ns, 'wall' FROM range_wall WHERE NOT EXISTS (FROM _gpu_operation)
