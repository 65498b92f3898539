-- One row per kernel name in the trace and form in which ncu may print it: the full name, the mangled name, or the
-- function name alone (ncu --kernel-name-base function). Each form has a spelling and a key. The key is the part of the
-- spelling that is compared.
-- unstored: each query that joins launches reads it several times.
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
