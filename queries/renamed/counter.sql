-- The rows of ncu_metric under its old name. The next release removes this name.
--
-- renamed: ncu_metric
SELECT * FROM ncu_metric
