-- The rows of ncu_coverage under its old name. The next release removes this name.
--
-- renamed: ncu_coverage
SELECT * FROM ncu_coverage
