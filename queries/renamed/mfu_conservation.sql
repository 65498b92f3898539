-- The rows of roofline_conservation under its old name with its old column names; the next release drops it.
--
-- renamed: roofline_conservation
SELECT * RENAME (difference_ns AS missing_ns)
FROM roofline_conservation
