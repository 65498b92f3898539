-- One row per string that contains a CUDA API function name, without the version suffix (_v and four digits). same_id
-- is the same key for all strings that are equal without the suffix, so that calls can be grouped by a number.
SELECT id AS name_id, short AS name, min(id) OVER (PARTITION BY short) AS same_id
FROM (SELECT id, regexp_replace(value, '_v[0-9]{4}$', '') AS short FROM _string_call)
