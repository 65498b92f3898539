-- One row per string that names a kernel; same_id is one key for all strings that read alike.
-- materialized: asked for by every table of kernel names, and there can be a million of these.
SELECT id AS name_id, value AS name, min(id) OVER (PARTITION BY value) AS same_id
FROM _string_kernel
