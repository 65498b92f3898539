-- One row per string that names a kernel; same_id is the same key for all strings with equal text.
-- materialized: every table of kernel names reads it, and there can be a million names.
SELECT id AS name_id, value AS name, min(id) OVER (PARTITION BY value) AS same_id
FROM _string_kernel
