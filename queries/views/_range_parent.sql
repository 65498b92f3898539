-- One row per range: the range that encloses it most tightly.
-- materialized: one walk down the tree computes depth and paths.
--
-- Where ranges nest, this is the range around the start, and so it is for a zero-length range. A crossed range does not
-- enclose the ranges that cross it. The parent of such a range is the shortest range that is open at its start and does
-- not end earlier; of several with equal length, the one opened last.
SELECT range_id, around_id AS parent_id FROM _range_around ANTI JOIN _crossing USING (thread_id)
UNION ALL
FROM _crossed_parent
