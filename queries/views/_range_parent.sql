-- One row per range, with the range that encloses it most tightly.
-- materialized: one pass down the tree computes depths and paths.
--
-- If ranges nest, the parent is the range around the start. This also applies to zero-length ranges. A crossed range
-- does not enclose the ranges that cross it. The parent of such a range is the shortest range that is open at its start
-- and does not end earlier than it. If several have the same length, the parent is the one opened last.
SELECT range_id, around_id AS parent_id FROM _range_around ANTI JOIN _crossing USING (thread_id)
UNION ALL
FROM _crossed_parent
