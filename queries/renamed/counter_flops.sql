-- The rows of ncu_flops under its old name. The next release removes this name.
--
-- renamed: ncu_flops
SELECT * FROM ncu_flops
