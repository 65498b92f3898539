-- One row per string that names a CUDA API function: as recorded, and without _v and four digits.
-- same_id and same_recorded_id are one key for all strings that read alike, so that calls are grouped by a number.
SELECT id AS name_id, value AS recorded, short AS name,
    min(id) OVER (PARTITION BY short) AS same_id,
    min(id) OVER (PARTITION BY value) AS same_recorded_id
FROM (SELECT id, value, regexp_replace(value, '_v[0-9]{4}$', '') AS short FROM _string_call)
