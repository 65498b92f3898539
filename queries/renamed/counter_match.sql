-- The rows of ncu_match under its old name; the next release drops it.
--
-- renamed: ncu_match
SELECT * FROM ncu_match
