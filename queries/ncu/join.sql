-- One row per profiled launch, with the matching kernel name in the trace and the kind of match, ordered by launch
-- number. The comparison ignores casts in template arguments, whitespace, and the parts of names that Nsight Compute
-- omits.
--
-- launch      VARCHAR  -      key of the profiled launch
-- kernel      VARCHAR  -      kernel name as printed by ncu
-- matched_by  VARCHAR  -      name: equal except for casts and whitespace; shortened: equal without namespaces;
--                             function: ncu printed only the function name; order: several kernel names in the trace
--                             match the name printed by ncu, and one was chosen by grid, block and launch order; none:
--                             no kernel in the trace matches
-- name_count  BIGINT   count  number of kernel names in the trace that match the name printed by ncu
-- name        VARCHAR  -      kernel name in the trace; NULL if matched_by is none
-- label       VARCHAR  -      unique short kernel name (see kernel_label); NULL if matched_by is none
WITH decided AS (
    -- If one of several candidate names is equal, it is the match, unless it may be a shortened form of a longer name.
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
