-- One row per kernel name of the trace and key under which ncu may print it: the whole name, the linker's, or the
-- function alone (ncu --kernel-name-base function).
WITH name AS (SELECT DISTINCT name_id, short_name_id, mangled_name_id FROM _kernel),
form AS (
    SELECT name_id, name_id AS string_id FROM name
    UNION SELECT name_id, mangled_name_id FROM name
    UNION SELECT name_id, short_name_id FROM name
)
SELECT DISTINCT f.name_id, t.key
FROM form AS f
JOIN _string_kernel AS s ON s.id = f.string_id
JOIN ncu__text AS t ON t.text = s.value
