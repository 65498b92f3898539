-- The rows of roofline_unmodeled under its old name. The next release removes this name.
--
-- renamed: roofline_unmodeled
SELECT * FROM roofline_unmodeled
