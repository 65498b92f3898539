-- One row per range: the range that encloses it most tightly.
-- materialized: one walk down the tree gives depth and paths.
--
-- Where ranges nest that is the range around it, and so it is of a range without length. A range that is crossed does not
-- enclose what it is crossed by: there the parent is the shortest range around the start that lasts as long, of equal ones
-- the one opened last.
SELECT range_id, around_id AS parent_id FROM _range_around ANTI JOIN _crossing USING (thread_id)
UNION ALL
FROM _crossed_parent
