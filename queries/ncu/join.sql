-- One row per profiled launch: the kernel name of the trace that it stands for, and how that was found; in the order of
-- the launches. Names are compared without casts of template arguments, blanks, and what Nsight Compute deletes of them.
--
-- launch      VARCHAR  -      key of the profiled launch
-- kernel      VARCHAR  -      kernel name as ncu printed it
-- matched_by  VARCHAR  -      name: they are equal but for casts and blanks; shortened: without namespaces too; function:
--                             ncu printed the function alone; order: several kernels of the trace have what ncu printed,
--                             and grid, block and launch order chose one of them; none: the trace has no such kernel
-- name_count  BIGINT   count  kernel names of the trace with what ncu printed
-- name        VARCHAR  -      kernel name in the trace; NULL where matched_by is none
-- label       VARCHAR  -      short name that tells kernels apart, see kernel_label; NULL where matched_by is none
WITH decided AS (
    -- An equal name settles it among several, unless it may itself be what is left of a longer one.
    SELECT launch, name, CASE WHEN is_function THEN 'function' WHEN is_equal THEN 'name' ELSE 'shortened' END AS matched_by
    FROM ncu__candidate
    WHERE name_count = 1 OR (is_spelled AND is_equal)
)
SELECT l.launch, l.kernel,
    coalesce(d.matched_by, CASE WHEN o.name IS NOT NULL THEN 'order' ELSE 'none' END) AS matched_by,
    coalesce(c.name_count, 0)::BIGINT AS name_count,
    coalesce(d.name, o.name) AS name,
    CASE WHEN coalesce(d.name, o.name) IS NOT NULL THEN label_or(t.label, coalesce(d.name, o.name)) END AS label
FROM ncu__launch AS l
LEFT JOIN decided AS d USING (launch)
LEFT JOIN ncu__ordered AS o USING (launch)
LEFT JOIN (SELECT DISTINCT launch, name_count FROM ncu__candidate) AS c USING (launch)
LEFT JOIN kernel_label AS t ON t.name = coalesce(d.name, o.name)
ORDER BY l.number, l.launch
