-- The rows of ncu_flops under its old name; the next release drops it.
--
-- renamed: ncu_flops
SELECT * FROM ncu_flops
