-- One row per kernel name of the trace and form in which ncu may print it: the whole name or the linker's, or the
-- function alone (ncu --kernel-name-base function), with its spelling and what of that is compared, the key.
-- unstored: read several times by each query that joins launches.
WITH used AS (SELECT DISTINCT name_id, short_name_id, mangled_name_id FROM _kernel),
form AS (
    SELECT name_id, name_id AS string_id, false AS is_function FROM used
    UNION SELECT name_id, mangled_name_id, false FROM used
    UNION SELECT name_id, short_name_id, true FROM used
)
SELECT DISTINCT f.name_id, n.value AS name, f.is_function, kernel_spelling(s.value) AS spelling,
    kernel_shortened(kernel_spelling(s.value)) AS key
FROM form AS f
JOIN _string_kernel AS s ON s.id = f.string_id
JOIN _string_kernel AS n ON n.id = f.name_id
