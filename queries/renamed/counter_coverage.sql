-- The rows of ncu_coverage under its old name; the next release drops it.
--
-- renamed: ncu_coverage
SELECT * FROM ncu_coverage
