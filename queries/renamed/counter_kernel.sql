-- The rows of ncu_kernel under its old name. The next release removes this name.
--
-- renamed: ncu_kernel
SELECT * FROM ncu_kernel
