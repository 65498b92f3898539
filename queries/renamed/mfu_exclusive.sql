-- The rows of roofline_exclusive under its old name and column names. The next release removes this name.
--
-- renamed: roofline_exclusive
SELECT * RENAME (accessed_bytes AS moved_bytes, above_roofline_ns AS lost_ns, launch_gap_ns AS late_launch_ns)
FROM roofline_exclusive
