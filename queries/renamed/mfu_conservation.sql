-- The rows of roofline_conservation under its old name and column names. The next release removes this name.
--
-- renamed: roofline_conservation
SELECT * RENAME (difference_ns AS missing_ns)
FROM roofline_conservation
