-- One row per string that names a CUDA API function, without _v and four digits.
-- same_id is one key for all strings that then read alike, so that calls are grouped by a number.
SELECT id AS name_id, short AS name, min(id) OVER (PARTITION BY short) AS same_id
FROM (SELECT id, regexp_replace(value, '_v[0-9]{4}$', '') AS short FROM _string_call)
