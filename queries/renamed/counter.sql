-- The rows of ncu_metric under its old name; the next release drops it.
--
-- renamed: ncu_metric
SELECT * FROM ncu_metric
