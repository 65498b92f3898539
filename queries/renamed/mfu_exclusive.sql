-- The rows of roofline_exclusive under its old name with its old column names; the next release drops it.
--
-- renamed: roofline_exclusive
SELECT * RENAME (accessed_bytes AS moved_bytes, above_roofline_ns AS lost_ns, launch_gap_ns AS late_launch_ns)
FROM roofline_exclusive
