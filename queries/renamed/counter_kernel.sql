-- The rows of ncu_kernel under its old name; the next release drops it.
--
-- renamed: ncu_kernel
SELECT * FROM ncu_kernel
