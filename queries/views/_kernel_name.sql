-- One row per string that contains a kernel name. same_id is the same key for all equal strings.
-- materialized: every query about kernel names reads it, and there can be a million names.
SELECT id AS name_id, value AS name, min(id) OVER (PARTITION BY value) AS same_id
FROM _string_kernel
