-- The rows of ncu_match under its old name. The next release removes this name.
--
-- renamed: ncu_match
SELECT * FROM ncu_match
