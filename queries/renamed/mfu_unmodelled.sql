-- The rows of roofline_unmodeled under its old name; the next release drops it.
--
-- renamed: roofline_unmodeled
SELECT * FROM roofline_unmodeled
